import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as parser from '@typescript-eslint/parser'
import type { TSESTree } from '@typescript-eslint/types'

import { service } from './lint.js'

/** A program of the service, parsed. */
export interface Program {
  /** Relative to the service. */
  readonly file: string
  readonly text: string
  /** Every node, in the order in which a walk from the top meets it. */
  readonly nodes: readonly TSESTree.Node[]
  readonly scopes: ReturnType<typeof parser.parseForESLint>['scopeManager']
}

export type FunctionNode = TSESTree.ArrowFunctionExpression | TSESTree.FunctionDeclaration | TSESTree.FunctionExpression

export interface Change {
  readonly range: readonly [start: number, end: number]
  readonly text: string
}

/** Every program of the service, by the order of their names. */
export function readPrograms(): readonly Program[] {
  return readdirSync(path.join(service, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?[jt]sx?$/.test(name))
    .sort()
    .map((name) => parse(readFileSync(path.join(service, 'src', name), 'utf8'), path.join('src', name)))
}

export function parse(text: string, file: string): Program {
  const { ast, scopeManager, visitorKeys } = parser.parseForESLint(text, { range: true, loc: true, filePath: file, ecmaFeatures: { jsx: true } })
  const nodes: TSESTree.Node[] = []
  const visit = (node: TSESTree.Node): void => {
    nodes.push(node)
    for (const key of visitorKeys[node.type] ?? []) {
      const child = (node as unknown as Record<string, TSESTree.Node | (TSESTree.Node | null)[] | null | undefined>)[key]
      for (const each of Array.isArray(child) ? child : [child]) {
        if (each == null) continue
        each.parent = node
        visit(each)
      }
    }
  }
  visit(ast)
  return { file, text, nodes, scopes: scopeManager }
}

/** The text with some of its ranges replaced, which do not overlap. */
export function apply({ text }: Pick<Program, 'text'>, changes: readonly Change[]): string {
  return [...changes]
    .sort((a, b) => b.range[0] - a.range[0] || b.range[1] - a.range[1])
    .reduce((result, change) => result.slice(0, change.range[0]) + change.text + result.slice(change.range[1]), text)
}

/** The nodes of a type, which is written as the string that it is. */
type NodeOf<Type extends string, Node = TSESTree.Node> =
  Node extends { type: infer Own extends string } ?
    `${Own}` extends Type ?
      Node
    : never
  : never

export function nodesOf<Type extends `${TSESTree.Node['type']}`>(program: Program, type: Type): readonly NodeOf<Type>[] {
  return program.nodes.filter((node) => (node.type as string) === type) as unknown as readonly NodeOf<Type>[]
}

export function textOf(node: TSESTree.Node, { text }: Program): string {
  return text.slice(...node.range)
}

export function isWithin(inner: TSESTree.Node, outer: TSESTree.Node): boolean {
  return inner.range[0] >= outer.range[0] && inner.range[1] <= outer.range[1]
}

export function isFunction(node: TSESTree.Node | null | undefined): node is FunctionNode {
  return node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression' || node?.type === 'FunctionDeclaration'
}

/** The nodes around a node, the nearest first. */
export function ancestorsOf(node: TSESTree.Node): readonly TSESTree.Node[] {
  const found: TSESTree.Node[] = []
  for (let outer: TSESTree.Node | undefined = node.parent; outer !== undefined; outer = outer.parent) found.push(outer)
  return found
}

/** `end` of `span.end()` and of `span?.end()`; the name of a called function. */
export function calledName(node: TSESTree.Node): string | null {
  if (node.type !== 'CallExpression') return null
  const { callee } = node
  if (callee.type === 'Identifier') return callee.name
  return callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && !callee.computed ? callee.property.name : null
}

/** The variable that an identifier means, where the file declares it. */
export function variableOf(node: TSESTree.Identifier, { scopes }: Program) {
  for (const scope of scopes.scopes) {
    const reference = scope.references.find(({ identifier }) => identifier === node)
    if (reference !== undefined) return reference.resolved
  }
  return null
}

/** The statement that holds a node, where it holds nothing else that matters: `span.end()` or `await x.end()` alone. */
export function statementOf(node: TSESTree.Node): TSESTree.ExpressionStatement | null {
  let { parent } = node
  while (parent?.type === 'ChainExpression' || parent?.type === 'AwaitExpression') parent = parent.parent
  return parent?.type === 'ExpressionStatement' ? parent : null
}

/** A statement with the white space in front of it, so that no empty line is left. */
export function rangeWithSpace(node: TSESTree.Node, { text }: Program): readonly [number, number] {
  const before = /\n[ \t]*$/.exec(text.slice(0, node.range[0]))?.[0].length ?? 0
  return [node.range[0] - before, node.range[1]]
}

export function removal(node: TSESTree.Node, program: Program): Change {
  return { range: rangeWithSpace(node, program), text: '' }
}
