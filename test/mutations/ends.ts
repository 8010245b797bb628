import type { TSESTree } from '@typescript-eslint/types'

import { type Kind, mutant, type Mutant } from './mutant.js'
import { calledName, type Change, isFunction, isWithin, nodesOf, type Program, removal, statementOf, textOf } from './program.js'
import { isSpanCall } from './spans.js'

export const endRemoved: Kind = { name: 'end removed', preset: 'recommended', rules: ['span-end'], mutate: removeEnds }

/** Where the end stands too early for what is still awaited, `await-before-end` is right as well. */
export const endMoved: Kind = { name: 'end moved out of finally', preset: 'recommended', rules: ['span-end', 'await-before-end'], mutate: moveEnds }

function removeEnds(program: Program): readonly Mutant[] {
  return nodesOf(program, 'CallExpression').flatMap((call) => {
    if (!isSpanCall(call, ['end'], program)) return []
    const statement = statementOf(call)
    if (statement !== null) return [mutant(program, call, 'its end removed', [removal(statement, program)])]
    return isFunction(call.parent) ? [mutant(program, call, 'its end removed', [{ range: call.range, text: 'undefined' }])] : []
  })
}

function moveEnds(program: Program): readonly Mutant[] {
  return [
    ...nodesOf(program, 'TryStatement').flatMap((statement) => moveOutOfTry(statement, program)),
    ...nodesOf(program, 'CallExpression').flatMap((call) => moveOutOfChain(call, program)),
  ]
}

function moveOutOfTry(statement: TSESTree.TryStatement, program: Program): readonly Mutant[] {
  const { block, handler, finalizer } = statement
  const [end] = finalizer?.body ?? []
  if (finalizer === null || end === undefined) return []
  const written = textOf(end, program)
  const behind = (): Mutant => {
    const rest = textOf(statement, program).slice(0, (handler ?? block).range[1] - statement.range[0])
    const kept = handler === null ? textOf(block, program) : rest
    return mutant(program, statement, 'its end behind the try', [{ range: statement.range, text: `${kept}\n${written}` }])
  }
  const found: Mutant[] = []
  // A `catch` that goes on, around a block that goes on, reaches what stands behind it: that is no fault.
  if (handler === null || leaves(block, program) || leaves(handler.body, program)) found.push(behind())
  const last = block.body.at(-1)
  const finallyRange = [(handler ?? block).range[1], finalizer.range[1]] as const
  const catching = handler === null ? ' catch (error) { console.error(error); throw error }' : ''
  if (last?.type === 'ReturnStatement' && last.argument !== null) {
    const text = `const result = ${textOf(last.argument, program)}\n${written}\nreturn result`
    found.push(mutant(program, statement, 'its end before the return', [{ range: last.range, text }, { range: finallyRange, text: catching }]))
  } else if (last !== undefined && last.type !== 'SwitchStatement' && last.type !== 'ForStatement') {
    const insertion: Change = { range: [last.range[1], last.range[1]], text: `\n${written}` }
    found.push(mutant(program, statement, 'its end as the last of the try', [insertion, { range: finallyRange, text: catching }]))
  }
  return found
}

/** Does control leave the function from within, so that what stands behind is not always reached? */
function leaves(block: TSESTree.BlockStatement, program: Program): boolean {
  const functions = program.nodes.filter((node) => isFunction(node) && isWithin(node, block))
  return program.nodes.some(
    (node) =>
      (node.type === 'ReturnStatement' || node.type === 'ThrowStatement') &&
      isWithin(node, block) &&
      !functions.some((inner) => isWithin(node, inner)),
  )
}

/** `.finally(() => span.end())` becomes `.then((result) => { span.end(); return result })`, which a rejection passes by. */
function moveOutOfChain(call: TSESTree.CallExpression, program: Program): readonly Mutant[] {
  const [callback] = call.arguments
  if (calledName(call) !== 'finally' || !isFunction(callback) || call.callee.type !== 'MemberExpression') return []
  const end = callback.body.type === 'BlockStatement' ? callback.body.body[0] : callback.body
  if (end === undefined) return []
  const text = `(result) => {\n${textOf(end, program)}\nreturn result\n}`
  return [
    mutant(program, call, 'its end in then', [
      { range: call.callee.property.range, text: 'then' },
      { range: callback.range, text },
    ]),
  ]
}

