import * as ts from './ts.js'
import type { Origin } from '@spanguard/policy'
import type { Place } from '../project/wiring/index.js'

/** One step of the way that explains a finding. */
export interface Step {
  readonly file: string
  readonly origin: Origin
  /** What happens there. */
  readonly text: string
}

/** A node's place: of a call in a chain the part behind the dot, of a declaration its name. */
export function originOf(node: ts.Node): Origin {
  const shown = shownNode(node)
  const file = shown.getSourceFile()
  return originOfRange(file, shown.getStart(file), shown.end)
}

/** A stretch of a file's text. */
export function originOfRange(file: ts.SourceFile, start: number, end: number): Origin {
  const from = file.getLineAndCharacterOfPosition(start)
  const to = file.getLineAndCharacterOfPosition(end)
  return { file: file.fileName, start, end, from: { line: from.line + 1, column: from.character }, to: { line: to.line + 1, column: to.character } }
}

/** A place in a file that is no source: the whole line. */
export function originOfPlace(place: Place): Origin {
  return { file: place.file, start: 0, end: 0, from: { line: place.line, column: 0 }, to: { line: place.line, column: place.text.length } }
}

export function step(node: ts.Node, text: string): Step {
  const origin = originOf(node)
  return { file: origin.file ?? '', origin, text }
}

export function stepAt(place: Place, text: string): Step {
  return { file: place.file, origin: originOfPlace(place), text }
}

/** The file of a node; a node that stands for an export of a package has none. */
export function fileOf(node: ts.Node): ts.SourceFile | undefined {
  return node.getSourceFile()
}

/** The node around a node; a file has none. */
export function parentOf(node: ts.Node): ts.Node | undefined {
  return node.parent
}

function shownNode(node: ts.Node): ts.Node {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    return ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression
  }
  if (ts.isSourceFile(node)) return node.statements[0] ?? node
  if (ts.isParameter(node)) return node.name
  if ((ts.isFunctionDeclaration(node) || ts.isClassLike(node) || ts.isVariableDeclaration(node) || ts.isMethodDeclaration(node)) && node.name) return node.name
  if (ts.isImportDeclaration(node)) return node.moduleSpecifier
  return node
}
