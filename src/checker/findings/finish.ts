import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Config } from '@spanguard/policy'
import { originOf, originOfRange } from '../places.js'
import type { Program, ProgramFile } from '../program.js'
import type { CheckFinding } from '../result.js'
import { directiveRule, findDirective, judgeDirectives, readDirectives, type Directive } from './directives.js'
import type { Draft } from './draft.js'

export interface Finished {
  readonly findings: readonly CheckFinding[]
  readonly leftToLint: number
}

/** What findings are finished with, beside the drafts. */
export interface FinishOptions {
  readonly program: Program
  /** The files whose comments are judged. */
  readonly files: readonly ProgramFile[]
  /** What fingerprints are relative to: the repository, so that they are the same whatever part of it is checked. */
  readonly repository: string
  readonly configOf: (file: string) => Config
  /** Report also what ESLint reports. */
  readonly allRules: boolean
}

/**
 * Drafts made into findings: what ESLint reports is left to it, what a comment switches off and what the config turns off is
 * taken out, the rest gets its severity and its fingerprint. Comments that lack something or are idle become findings too.
 */
export function finishFindings(drafts: readonly Draft[], options: FinishOptions): Finished {
  const { program, repository, configOf, allRules } = options
  const findings: CheckFinding[] = []
  const counts = new Map<string, number>()
  const seen = new Set<string>()
  const used = new Set<string>()
  const directives = new Map<string, readonly Directive[]>()
  const directivesOf = (file: string): readonly Directive[] => {
    const known = directives.get(file)
    if (known) return known
    const root = program.file(file)?.root
    const read = root ? readDirectives(root) : []
    directives.set(file, read)
    return read
  }
  const lines = new Map<string, readonly string[]>()
  const linesOf = (file: string): readonly string[] => {
    const known = lines.get(file) ?? (program.file(file)?.root.text ?? '').split(/\r?\n/u)
    lines.set(file, known)
    return known
  }
  const add = (draft: Pick<CheckFinding, 'rule' | 'message' | 'certainty' | 'steps' | 'origin' | 'severity' | 'service'>): void => {
    const file = draft.origin.file ?? ''
    const { from } = draft.origin
    const all = linesOf(file)
    const firstLine = Math.max(from.line - 1, 1)
    const base = [draft.rule, path.relative(repository, file).split(path.sep).join('/'), draft.service ?? '', all[from.line - 1]?.trim() ?? ''].join('\0')
    const count = counts.get(base) ?? 0
    counts.set(base, count + 1)
    findings.push({ ...draft, file, excerpt: { firstLine, lines: all.slice(firstLine - 1, from.line + 1) }, fingerprint: fingerprintOf(base, count) })
  }
  let leftToLint = 0
  for (const draft of drafts) {
    const origin = originOf(draft.node)
    const file = origin.file ?? ''
    const severity = configOf(file).severity?.[draft.rule] ?? draft.severity ?? 'error'
    const key = `${draft.rule}\0${file}\0${String(origin.start)}\0${draft.subject}`
    // One value that goes into two attributes is one thing to mend.
    const same = `${draft.rule}\0${file}\0${String(origin.start)}\0${String(draft.node.end)}\0${draft.message}`
    if (severity === 'off' || seen.has(key) || seen.has(same)) continue
    const directive = findDirective(directivesOf(file), origin.from.line, draft.rule)
    if (directive) {
      used.add(useOf(file, directive, draft.rule))
      continue
    }
    seen.add(key)
    seen.add(same)
    if (draft.leftToLint && !allRules) leftToLint += 1
    else add({ rule: draft.rule, message: draft.message, certainty: draft.certainty, steps: draft.steps, origin, severity, service: draft.service?.name ?? null })
  }
  for (const { path: file, root } of options.files) {
    const config = configOf(file).severity
    const severity = config?.[directiveRule]
    if (severity === 'off') continue
    for (const problem of judgeDirectives(directivesOf(file), (directive, rule) => used.has(useOf(file, directive, rule)), rule => config?.[rule] === 'off')) {
      const { start, end } = problem.directive
      add({ rule: directiveRule, message: problem.message, certainty: 'certain', steps: [], origin: originOfRange(root, start, end), severity: severity ?? problem.severity, service: null })
    }
  }
  return { findings: findings.toSorted(byPlace), leftToLint }
}

function useOf(file: string, directive: Directive, rule: string): string {
  return `${file}\0${String(directive.start)}\0${rule}`
}

/** @param count how many equal findings stand before it */
export function fingerprintOf(base: string, count: number): string {
  return createHash('sha256').update(`${base}\0${String(count)}`).digest('hex').slice(0, 32)
}

export function byPlace(a: CheckFinding, b: CheckFinding): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.origin.start - b.origin.start || (a.rule < b.rule ? -1 : 1)
}
