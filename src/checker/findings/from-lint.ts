import * as ts from '../ts.js'
import type { Config } from '@spanguard/policy'
import type { HandlerVerdict } from '../coverage.js'
import type { ProgramFile } from '../program.js'
import { judgedNames } from './data-and-names.js'
import type { Draft } from './draft.js'

/** What the rules of a single file say, given from outside: the checker has no linter in it. Lines and columns count from 1. */
export type Lint = (file: string, text: string, config: Config) => readonly {
  readonly rule: string
  readonly message: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}[]

/**
 * What ESLint reports in single files and the checker does not judge itself: how spans live and end, how errors reach them, how
 * tracing is set up. What both report is said once, in the checker's words; where the whole program shows that an app is traced,
 * the single file is not believed.
 */
export function lintDrafts(lint: Lint, files: readonly ProgramFile[], drafts: readonly Draft[], verdicts: readonly HandlerVerdict[], configOf: (file: string) => Config): Draft[] {
  const said = new Set(drafts.map(({ rule, node }) => placeOf(rule, node.getSourceFile(), node.getStart())))
  const traced = new Set(verdicts.filter(verdict => verdict.status === 'traced').flatMap(({ site, served }) => [site.file, ...(served ? [served.root.node.getSourceFile().fileName] : [])]))
  return files.flatMap(({ path: file, root }) => lint(file, root.text, configOf(file)).flatMap((message): Draft[] => {
    if (judgedNames.has(message.rule) || (message.rule === 'require-handler-tracing' && traced.has(file))) return []
    const start = offsetOf(root, message.line, message.column)
    if (said.has(placeOf(message.rule, root, start))) return []
    return [{ rule: message.rule, message: message.message, node: nodeOver(root, start, offsetOf(root, message.endLine, message.endColumn)), service: null, steps: [], certainty: 'certain', subject: `${String(start)}:${message.message}`, leftToLint: true }]
  }))
}

/** A rule and a line: of two engines that report there neither has anything to add. */
function placeOf(rule: string, root: ts.SourceFile, start: number): string {
  return `${rule}\0${root.fileName}\0${String(root.getLineAndCharacterOfPosition(start).line)}`
}

function offsetOf(root: ts.SourceFile, line: number, column: number): number {
  const starts = root.getLineStarts()
  return Math.min((starts[line - 1] ?? root.end) + column - 1, root.end)
}

/** The smallest node that begins where a message does; the file's first statement for one about the whole of it. */
function nodeOver(root: ts.SourceFile, start: number, end: number): ts.Node {
  let found: ts.Node = root.statements[0] ?? root
  const visit = (node: ts.Node): void => {
    if (node.pos > start || node.end < start) return
    if (node.getStart(root) === start && (node.end >= end || found.getStart(root) !== start)) found = node
    ts.forEachChild(node, visit)
  }
  visit(root)
  return found
}
