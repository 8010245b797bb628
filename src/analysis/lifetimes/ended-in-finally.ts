import type { TSESTree } from '@typescript-eslint/types'
import type { Scope } from '@typescript-eslint/utils/ts-eslint'
import type { Lifetime } from '../../flow/index.js'
import { getMemberName, isFunction, unwrap } from '../bindings.js'
import type { FileAnalysis } from '../index.js'
import { hasWithin, nodesOf, nodesWithin } from '../walk.js'
import { outermost, parentOf } from './context.js'
import type { Lowering } from './context.js'
import { asPromise } from './promises.js'
import { chaining, statusCodeOf } from './span-methods.js'
import type { OwnedSpan } from './spans.js'

/** The life of a span that is ended once on every path, after its work, with ERROR where the work failed. */
export const endedInFinally: Lifetime = {
  ended: true,
  openExits: [],
  usesAfterEnd: [],
  unawaited: [],
  recordedOnly: [],
  maskingOk: [],
  failsUnset: [],
  caughtOpen: null,
}

/** The parts of a function whose work stands in one `try`. */
interface Work {
  readonly block: TSESTree.BlockStatement
  readonly handler: TSESTree.BlockStatement
  readonly end: TSESTree.Node
}

/**
 * Is the span ended as everybody is told to: nothing but one `try` behind its start, whose `catch` sets the status to ERROR and whose
 * `finally` does nothing but end it? The shape tells all that following each path would: whatever the work
 * does leads through both. Answers no where it is not sure.
 */
export function isEndedInFinally(span: OwnedSpan, lowering: Lowering): boolean {
  const [variable, alias] = span.variables
  const work = variable === undefined || alias !== undefined || span.ends ? null : readWork(span)
  if (variable === undefined || work === null) return false
  return isOnlyWritten(variable, work, lowering.analysis) && !leavesPromise(span, lowering)
}

function readWork({ call, entry, owner }: OwnedSpan): Work | null {
  if (owner.type === 'Program' || owner.generator || owner.body.type !== 'BlockStatement') return null
  const statements = owner.body.body
  const last = statements.at(-1)
  if (last?.type !== 'TryStatement' || last.handler === null || last.finalizer?.body.length !== 1) return null
  const before = statements.at(-2)
  const isFirst = entry === 'open' ? before === undefined : before !== undefined && declares(before, call)
  const [ending] = last.finalizer.body
  const end = ending?.type === 'ExpressionStatement' ? unwrap(ending.expression) : null
  return isFirst && end?.type === 'CallExpression' && end.arguments.length === 0 ? { block: last.block, handler: last.handler.body, end } : null
}

/** `const span = tracer.startSpan('x')` */
function declares(statement: TSESTree.Statement, call: TSESTree.Node): boolean {
  if (statement.type !== 'VariableDeclaration' || statement.kind === 'using' || statement.kind === 'await using') return false
  const [declarator, another] = statement.declarations
  return declarator.init !== null && unwrap(declarator.init) === call && another === undefined
}

/** Are methods that write to the span all that is done with it, where they tell what the shape is believed to tell? */
function isOnlyWritten({ references, scope }: Scope.Variable, work: Work, analysis: FileAnalysis): boolean {
  let isEnded = false
  let isFailed = false
  for (const { from, identifier, init } of references) {
    if (init === true) continue
    const call = from.variableScope === scope.variableScope ? calledOn(identifier) : null
    const name = call === null ? null : getMemberName(call.callee as TSESTree.MemberExpression)
    if (call === null || name === null) return false
    if (name === 'end') {
      if (call !== work.end) return false
      isEnded = true
      continue
    }
    // Methods that read, or that no span has, may do anything: and so may what is done with what a method returns.
    if ((!chaining.has(name) && name !== 'recordException') || call.parent.type !== 'ExpressionStatement') return false
    if (name === 'setStatus') {
      const code = statusCodeOf(call, analysis)
      if (code === 'ok' ? !isLastWork(call.parent, work.block, analysis) : code !== 'error' || !isDoneFirst(call.parent, work.handler)) return false
      isFailed ||= code === 'error'
    } else if (name === 'recordException' && !isDoneFirst(call.parent, work.handler)) return false
  }
  return isEnded && isFailed
}

/** The call of a method of what an identifier names. */
function calledOn(identifier: TSESTree.Node): TSESTree.CallExpression | null {
  const member = parentOf(identifier)
  if (member?.type !== 'MemberExpression' || member.object !== identifier) return null
  const call = parentOf(member)
  return call?.type === 'CallExpression' && call.callee === member ? call : null
}

/** Does the statement stand in the block itself, and nothing before it that leaves the block? */
function isDoneFirst(statement: TSESTree.Node, { body }: TSESTree.BlockStatement): boolean {
  for (const each of body) {
    if (each === statement) return true
    if (each.type === 'VariableDeclaration') continue
    const call = each.type === 'ExpressionStatement' ? unwrap(each.expression) : null
    if (call?.type !== 'CallExpression' || isFunction(unwrap(call.callee))) return false
  }
  return false
}

/** Does the statement stand in the block itself, and nothing behind it that may throw? */
function isLastWork(statement: TSESTree.Node, block: TSESTree.BlockStatement, { sourceCode }: FileAnalysis): boolean {
  const index = (block.body as TSESTree.Node[]).indexOf(statement)
  const { throws, work } = nodesOf(sourceCode)
  return index !== -1 && !block.body.slice(index + 1).some((each) => hasWithin(work, each) || hasWithin(throws, each))
}

/** Is a promise kept or returned that may settle after the end? */
function leavesPromise({ owner }: OwnedSpan, lowering: Lowering): boolean {
  return nodesWithin(nodesOf(lowering.sourceCode).calls, owner.type === 'Program' ? owner : owner.body).some((call) => {
    const whole = outermost(call)
    const parent = parentOf(whole)
    const isKept = (parent?.type === 'VariableDeclarator' && parent.init === whole) || parent?.type === 'ReturnStatement'
    return isKept && asPromise(whole, lowering) !== null
  })
}
