import type { TSESTree } from '@typescript-eslint/types'

import { type Kind, mutant, type Mutant } from './mutant.js'
import { calledName, type FunctionNode, isFunction, isWithin, nodesOf, type Program, removal, statementOf } from './program.js'
import { isSpan, isSpanCall } from './spans.js'

/** `strict` asks for the status of an error that is thrown on. */
export const recordDropped: Kind = {
  name: 'record dropped from a catch',
  preset: 'strict',
  rules: ['no-swallowed-error', 'error-status'],
  mutate: dropRecords,
}

interface Catch {
  readonly node: TSESTree.CatchClause | FunctionNode
  readonly body: TSESTree.BlockStatement
  readonly error: string
}

function dropRecords(program: Program): readonly Mutant[] {
  return catchesOf(program).flatMap((caught) => {
    const { node, body, error } = caught
    const calls = nodesOf(program, 'CallExpression').filter((call) => isWithin(call, body))
    const records = calls.filter((call) => tellsSpan(call, program))
    const statements = records.flatMap((call) => statementOf(call) ?? [])
    if (statements.length === 0) return []
    const statuses = calls.filter((call) => isSpanCall(call, ['setStatus'], program)).flatMap((call) => statementOf(call) ?? [])
    const exceptions = calls.filter((call) => isSpanCall(call, ['recordException'], program))
    const found: Mutant[] = []
    if (!answersFailure(body, program)) {
      found.push(mutant(program, node, 'its record dropped', statements.map((statement) => removal(statement, program))))
    }
    if (statuses.length > 0 && exceptions.length > 0) {
      found.push(mutant(program, node, 'its status dropped', statuses.map((statement) => removal(statement, program))))
    }
    if (node.type === 'CatchClause') {
      found.push(mutant(program, node, 'a log in place of its record', [{ range: body.range, text: `{\n  console.error('failed', ${error})\n}` }]))
    }
    return found
  })
}

/** Every `catch`, and every function that is given the rejection of a promise. */
function catchesOf(program: Program): readonly Catch[] {
  const clauses = nodesOf(program, 'CatchClause').map((node): Catch => ({ node, body: node.body, error: nameOf(node.param) }))
  const handlers = nodesOf(program, 'CallExpression').flatMap((call): readonly Catch[] => {
    const name = calledName(call)
    const handler = name === 'catch' ? call.arguments[0] : name === 'then' ? call.arguments[1] : undefined
    return isFunction(handler) && handler.body.type === 'BlockStatement' ? [{ node: handler, body: handler.body, error: nameOf(handler.params[0]) }] : []
  })
  return [...clauses, ...handlers]
}

function nameOf(node: TSESTree.Node | null | undefined): string {
  return node?.type === 'Identifier' ? node.name : 'undefined'
}

/** A record, a status, or a helper that is given the span or the error to see to both. */
function tellsSpan(call: TSESTree.CallExpression, program: Program): boolean {
  if (isSpanCall(call, ['recordException', 'setStatus'], program) || calledName(call) === 'captureError') return true
  return call.arguments.some((argument) => isSpan(argument, program))
}

/**
 * Is the caller told, by a failing return or reply? By the design of `no-swallowed-error` such a `catch` is in order without a
 * word to the span.
 */
function answersFailure(body: TSESTree.BlockStatement, program: Program): boolean {
  return program.nodes.some((node) => {
    if (node.type !== 'ReturnStatement' || node.argument === null || !isWithin(node, body)) return false
    const { argument } = node
    if (argument.type === 'Literal') return argument.value === null || argument.value === false
    return nodesOf(program, 'Literal').some(({ value, ...literal }) => value === 500 && isWithin(literal as TSESTree.Node, argument))
  })
}
