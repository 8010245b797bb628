import { ruleDescriptions } from '@spanguard/policy'
import * as ts from '../ts.js'
import { judgedNames } from './data-and-names.js'

/** A comment that switches rules off. */
export interface Directive {
  /** `own`: `spanguard-disable-next-line`, which only the checker reads. `eslint`: one of ESLint's, which counts here too. */
  readonly kind: 'own' | 'eslint'
  /** The rules of Spanguard that it names, without prefix. */
  readonly rules: readonly string[]
  /** What stands behind `--`. */
  readonly reason: string
  /** Where the comment's words stand in the file. */
  readonly start: number
  readonly end: number
  /** The lines whose findings it switches off, counted from 1, both included. */
  readonly from: number
  readonly to: number
}

/** Something that a directive lacks, or that makes it idle. */
export interface DirectiveProblem {
  readonly directive: Directive
  readonly message: string
  /** How grave it is where the config says nothing. */
  readonly severity: 'error' | 'warn'
}

/** The rule under which the comments themselves are reported. */
export const directiveRule = 'disable-comment'

const words = /\b(spanguard-disable-next-line|eslint-disable-next-line|eslint-disable-line|eslint-disable|eslint-enable)\b([^\n\r]*)/gu
const prefix = 'spanguard/'

/** The directives of a file that name a rule of Spanguard, in source order; the checker's own also without one. */
export function readDirectives(root: ts.SourceFile): Directive[] {
  if (!root.text.includes('-disable')) return []
  const found: Directive[] = []
  for (const match of root.text.matchAll(words)) {
    const [whole, word = '', rest = ''] = match
    if (!isComment(root, match.index)) continue
    const own = word.startsWith('spanguard')
    const text = rest.replace(/\*\/.*$/u, '')
    const [list = '', ...reasons] = text.split(/(?:^|\s)--(?:\s|$)/u)
    const names = list.split(',').map(name => name.trim().split(/\s/u)[0] ?? '').filter(name => name !== '')
    const rules = names.flatMap(name => (name.startsWith(prefix) ? [name.slice(prefix.length)] : own ? [name] : []))
    const line = root.getLineAndCharacterOfPosition(match.index).line + 1
    if (word === 'eslint-enable') {
      closeBlocks(found, rules, names.length === 0, line)
      continue
    }
    if (rules.length === 0 && !own) continue
    const to = word === 'eslint-disable' ? Number.POSITIVE_INFINITY : word === 'eslint-disable-line' ? line : line + 1
    found.push({
      kind: own ? 'own' : 'eslint', rules, reason: reasons.join(' -- ').trim(),
      start: match.index, end: match.index + (text.length < rest.length ? word.length + text.trimEnd().length : whole.trimEnd().length),
      from: word === 'eslint-disable' ? line : to, to,
    })
  }
  return found
}

/** The directive that switches a rule off on a line; those that give no reason where one is required do not. */
export function findDirective(directives: readonly Directive[], line: number, rule: string): Directive | null {
  return directives.find(directive => directive.from <= line && line <= directive.to && directive.rules.includes(rule) && (directive.kind === 'eslint' || directive.reason !== '')) ?? null
}

/**
 * What is wrong with a file's directives: no reason, no rule, a rule that does not exist, nothing to switch off. ESLint's own are
 * called idle only for rules that the checker judges as ESLint does; of the others only ESLint knows.
 *
 * @param isUsed has a finding been switched off by it under this rule?
 * @param isOff does the config turn the rule off, so that there is nothing to find?
 */
export function judgeDirectives(directives: readonly Directive[], isUsed: (directive: Directive, rule: string) => boolean, isOff: (rule: string) => boolean): DirectiveProblem[] {
  return directives.flatMap((directive): DirectiveProblem[] => {
    if (directive.kind === 'own') {
      if (directive.rules.length === 0) return [{ directive, severity: 'error', message: 'This comment switches nothing off, since it names no rule. Write "spanguard-disable-next-line rule -- why it is right here".' }]
      const unknown = directive.rules.filter(rule => !isKnown(rule))
      if (unknown.length > 0) return unknown.map(rule => ({ directive, severity: 'error', message: `There is no rule "${rule}" to switch off: spanguard explain lists those that there are.` }))
      if (directive.reason === '') return [{ directive, severity: 'error', message: `"${directive.rules.join(', ')}" is not switched off, since no reason is given: whoever reads this next cannot tell whether it still holds. Write "-- why it is right here" behind the rule.` }]
    }
    const idle = directive.rules.filter(rule => (directive.kind === 'own' || judgedNames.has(rule)) && !isUsed(directive, rule) && !isOff(rule))
    return idle.length === 0 ? [] : [{ directive, severity: 'warn', message: `Nothing here breaks "${idle.join(', ')}" any more: take ${idle.length === directive.rules.length ? 'the comment' : 'it'} out, else it hides the next fault in this place.` }]
  })
}

function isKnown(rule: string): boolean {
  return Object.hasOwn(ruleDescriptions, rule)
}

/** `eslint-enable` ends what `eslint-disable` began: for the rules that it names, or for all. */
function closeBlocks(found: Directive[], rules: readonly string[], all: boolean, line: number): void {
  for (const [index, directive] of found.entries()) {
    if (directive.to !== Number.POSITIVE_INFINITY) continue
    const ended = all ? directive.rules : directive.rules.filter(rule => rules.includes(rule))
    const rest = directive.rules.filter(rule => !ended.includes(rule))
    if (ended.length === 0) continue
    found[index] = { ...directive, rules: ended, to: line }
    if (rest.length > 0) found.push({ ...directive, rules: rest })
  }
}

/** Text in a literal only looks like a comment. */
function isComment(root: ts.SourceFile, position: number): boolean {
  let at: ts.Node = root
  for (;;) {
    const child: ts.Node | undefined = ts.forEachChild(at, node => (node.pos <= position && position < node.end ? node : undefined))
    if (!child) break
    at = child
  }
  const isText = ts.isStringLiteralLike(at) || ts.isTemplateHead(at) || ts.isTemplateMiddleOrTemplateTail(at) || ts.isRegularExpressionLiteral(at) || ts.isJsxText(at)
  return !isText || position < at.getStart(root)
}
