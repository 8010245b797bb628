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
import { isEmptyHanded, mayThrow } from './throwing.js'

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
  readonly handler: TSESTree.BlockStatement | null
  readonly end: TSESTree.Node
}

/**
 * Is the span ended as everybody is told to: nothing but one `try` behind its start, whose `catch` sets the status to ERROR and whose
 * `finally` does nothing but end it? Without a `catch` nothing that fails may leave the work. The shape tells all that following each
 * path would: whatever the work does leads through both. Answers no where it is not sure.
 */
export function isEndedInFinally(span: OwnedSpan, lowering: Lowering): boolean {
  const [variable, alias] = span.variables
  const work = variable === undefined || alias !== undefined || span.ends ? null : readWork(span, lowering.analysis)
  if (variable === undefined || work === null) return false
  return isOnlyWritten(variable, work, lowering.analysis) && !leavesPromise(span, lowering)
}

function readWork({ call, entry, owner }: OwnedSpan, analysis: FileAnalysis): Work | null {
  if (owner.type === 'Program' || owner.generator || owner.body.type !== 'BlockStatement') return null
  const statements = owner.body.body
  const last = statements.at(-1)
  if (last?.type !== 'TryStatement' || last.finalizer?.body.length !== 1) return null
  const [ending] = last.finalizer.body
  const end = ending?.type === 'ExpressionStatement' ? unwrap(ending.expression) : null
  if (end?.type !== 'CallExpression' || end.arguments.length > 0) return null
  const start = entry === 'open' ? -1 : statements.findLastIndex((statement) => declares(statement, call))
  const isFirst = (entry === 'open' || start !== -1) && statements.slice(start + 1, -1).every((statement) => isSafeDeclaration(statement, analysis))
  return isFirst ? { block: last.block, handler: last.handler?.body ?? null, end } : null
}

/** `let failed = 0`, `const started = Date.now()` */
function isSafeDeclaration(statement: TSESTree.Statement, analysis: FileAnalysis): boolean {
  if (statement.type !== 'VariableDeclaration' || statement.declarations.some(({ id }) => id.type !== 'Identifier')) return false
  const { throws, work } = nodesOf(analysis.sourceCode)
  return !hasWithin(throws, statement) && nodesWithin(work, statement).every((node) => node.type !== 'AwaitExpression' && mayThrow(node, analysis) === 'never')
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
    const call = from.variableScope === scope.variableScope ? methodCallOn(identifier) : null
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
  return isEnded && (isFailed || (work.handler === null && failsInside(work.block, analysis)))
}

/** The call of a method of what an identifier names. */
export function methodCallOn(identifier: TSESTree.Node): TSESTree.CallExpression | null {
  const member = parentOf(identifier)
  if (member?.type !== 'MemberExpression' || member.object !== identifier) return null
  const call = parentOf(member)
  return call?.type === 'CallExpression' && call.callee === member ? call : null
}

/** Does the statement stand in the block itself, and nothing before it that leaves the block? */
function isDoneFirst(statement: TSESTree.Node, handler: TSESTree.BlockStatement | null): boolean {
  for (const each of handler?.body ?? []) {
    if (each === statement) return true
    if (each.type === 'VariableDeclaration') continue
    const call = each.type === 'ExpressionStatement' ? unwrap(each.expression) : null
    if (call?.type !== 'CallExpression' || isFunction(unwrap(call.callee))) return false
  }
  return false
}

/** Is all that is known to fail in a block caught in it: what is awaited, what is thrown, calls that the file shows to throw? */
function failsInside(block: TSESTree.BlockStatement, analysis: FileAnalysis): boolean {
  const { throws, tries, work } = nodesOf(analysis.sourceCode)
  const guarded = nodesWithin(tries, block).flatMap((inner) => (inner.handler === null ? [] : [inner.block]))
  const isCaught = ({ range: [start] }: TSESTree.Node): boolean => guarded.some(({ range }) => range[0] <= start && start < range[1])
  return (
    nodesWithin(throws, block).every(isCaught) &&
    nodesWithin(work, block).every((node) => isCaught(node) || (node.type !== 'AwaitExpression' && !isEmptyHanded(node) && mayThrow(node, analysis) !== 'shown'))
  )
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
