import type { ErrorPath } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'
import { findVariable, getMemberName, isFunction, unwrap } from '../bindings.js'
import type { FunctionNode } from '../bindings.js'
import { resolveReference } from '../imports.js'
import { type FileAnalysis, once } from '../index.js'
import { originOf } from '../origins.js'
import { perFile } from '../per-file.js'
import { eachChild, eachChildWithTypes, nodesOf, nodesWithin } from '../walk.js'
import { isBeginning } from './beginnings.js'
import { isSpan, isSpanEnd, parentOf } from './context.js'
import type { Call, Lowering } from './context.js'
import { reachesSpan } from './expressions.js'
import { isLogging, isMeasuring, speaksToSomebody } from './quiet-calls.js'
import { knownFunction, mayReject, mayThrow } from './throwing.js'
import { statusCodeOf } from './span-methods.js'
import type { OwnedSpan } from './spans.js'

/** Methods with which a reply, a job or a stream is told that it failed. */
const failingMethods: ReadonlySet<string> = new Set([
  'abort',
  'code',
  'destroy',
  'fail',
  'nack',
  'reject',
  'sendError',
  'sendStatus',
  'status',
  'throw',
  'writeHead',
])

/** Methods with which a reply or a stream is given something, which may be that it failed: `res.render('error')`. */
const replyingMethods: ReadonlySet<string> = new Set(['emit', 'end', 'enqueue', 'json', 'postMessage', 'redirect', 'render', 'send', 'write'])

/** Functions to which an error is handed on. */
const SETTLING = /^(?:reject|callback|cb|done|next|fail|exit)$/

/** A function that has to do with spans, by its name. */
const SPAN_WORD = /span|trace|otel|telemetry|exception/i

interface Clause {
  readonly statement: TSESTree.TryStatement
  readonly handler: TSESTree.CatchClause
  /** Nothing but blocks and callbacks that run at once stands between it and the function. */
  readonly straight: boolean
}

/**
 * The `catch` clauses of the work that a span covers.
 *
 * @param caughtOpen where the `try`s start whose `catch` an error reaches before the span is ended; null: all of them
 */
export function findErrorPaths(span: OwnedSpan, caughtOpen: ReadonlySet<number> | null, lowering: Lowering): ErrorPath[] {
  const body = findTurn(span) ?? (span.owner.type === 'Program' ? span.owner : span.owner.body)
  const clauses = findClauses(body, lowering)
  if (clauses.length === 0) return []
  const total = once(() => countWork(body, lowering.analysis))
  return clauses.map((clause) => {
    const isOpen = caughtOpen === null || caughtOpen.has(clause.statement.range[0])
    return readClause(clause, isOpen ? total : null, span, lowering)
  })
}

/** The body of the loop in whose every turn the span is started anew; a `catch` in it is no best effort beside other turns. */
function findTurn({ call, entry, owner, variables }: OwnedSpan): TSESTree.Node | null {
  if (entry === 'open') return null
  for (let node = parentOf(call); node !== null && node !== owner; node = parentOf(node)) {
    const { parent } = node
    const isTurn = parent !== undefined && loops.has(parent.type) && 'body' in parent && parent.body === node
    const [start, end] = node.range
    const isOwn = [...variables].every(({ identifiers }) => identifiers.every(({ range }) => range[0] >= start && range[1] <= end))
    if (isTurn) return isOwn ? node : null
  }
  return null
}

const loops: ReadonlySet<string> = new Set(['DoWhileStatement', 'ForInStatement', 'ForOfStatement', 'ForStatement', 'WhileStatement'])

/** Loops and branches: a `catch` in one does not cover the work of every way. */
const branching: ReadonlySet<string> = new Set([...loops, 'IfStatement', 'SwitchStatement', 'TryStatement'])

function findClauses(body: TSESTree.Node, lowering: Lowering): Clause[] {
  return nodesWithin(nodesOf(lowering.sourceCode).tries, body).flatMap((statement) => {
    const { handler } = statement
    const straight = handler === null ? null : isStraight(statement, body, lowering)
    return handler === null || straight === null || isBeginning(statement.block, handler, lowering) ? [] : [{ statement, handler, straight }]
  })
}

/** @returns null where the statement belongs to a function that runs some other time, or to a class */
function isStraight(statement: TSESTree.TryStatement, body: TSESTree.Node, lowering: Lowering): boolean | null {
  let straight = true
  for (let node: TSESTree.Node = statement; node !== body; ) {
    const parent = parentOf(node)
    if (parent === null || parent.type === 'ClassDeclaration' || parent.type === 'ClassExpression') return null
    if (isFunction(parent) && (parent === body || parent.body !== node || !runsInContext(parent, lowering))) return null
    if (branching.has(parent.type)) straight = false
    node = parent
  }
  return straight
}

/** `context.with(other, () => …)` of OpenTelemetry runs its callback at once. */
function runsInContext(node: FunctionNode, { sourceCode }: Lowering): boolean {
  const call = parentOf(node)
  if (call?.type !== 'CallExpression' || !(call.arguments as readonly TSESTree.Node[]).includes(node)) return false
  const callee = unwrap(call.callee)
  if (callee.type !== 'MemberExpression' || getMemberName(callee) !== 'with') return false
  return resolveReference(call.callee, sourceCode)?.module.startsWith('@opentelemetry/') === true
}

/** Calls and awaits that may fail. */
function countWork(node: TSESTree.Node, analysis: FileAnalysis): number {
  let count = 0
  /** The end of what is not looked into, and the call that its `await` stands for. */
  let skippedTo = -1
  let awaited: TSESTree.Node | null = null
  for (const child of nodesWithin(nodesOf(analysis.sourceCode).work, node)) {
    if (child === awaited || child.range[1] <= skippedTo) continue
    if (child.type === 'AwaitExpression') {
      const inner = unwrap(child.argument)
      if (inner.type !== 'CallExpression') {
        count += 1
        continue
      }
      if (mayReject(inner, analysis)) count += 1
      awaited = inner
      skippedTo = Math.max(skippedTo, inner.callee.range[1])
      continue
    }
    if (analysis.tracingCalls.has(child) || isLogging(child.callee)) skippedTo = Math.max(skippedTo, child.range[1])
    else if (mayThrow(child, analysis) !== 'never') count += 1
  }
  return count
}

/**
 * What tells of a `catch` is read when it is asked for: of most of them it is enough that they tell the span.
 *
 * @param total null where the span is ended whenever an error comes there
 */
function readClause(clause: Clause, total: (() => number) | null, span: OwnedSpan, lowering: Lowering): ErrorPath {
  const { statement, handler } = clause
  const { sourceCode } = lowering
  const error = handler.param?.type === 'Identifier' ? handler.param.name : undefined
  const seen = inspect(handler, error, lowering)
  const entry = sourceCode.getFirstToken(handler)
  const isMain = once(() => total !== null && isMainWork(clause, total, lowering))
  const isStaged = once(() => seen.stage || /error\.stage|ERROR_STAGE/.test(sourceCode.getText(statement)) || callsStage(statement.block, lowering))
  const path: ErrorPath & { error?: string } = {
    fact: 'error-path',
    origin: originOf(handler),
    entry: entry === null ? originOf(handler) : originOf(entry as unknown as TSESTree.Node),
    certainty: span.certainty,
    via: span.via,
    variable: span.name,
    touches: {
      span: seen.span,
      exception: seen.exception,
      status: seen.status,
      get stage() {
        return isStaged()
      },
    },
    ends: seen.ends,
    get main() {
      return isMain()
    },
    records: span.records,
  }
  // Not by a spread, which would ask for what is read when it is asked for.
  if (error !== undefined) path.error = error
  return path
}

/** Does the `catch` cover at least half of what may fail, and nothing but blocks around it? */
function isMainWork({ handler, statement, straight }: Clause, total: () => number, lowering: Lowering): boolean {
  if (!straight) return false
  const { analysis } = lowering
  const inBlock = coveredBySpan(statement.block, lowering).reduce((sum, node) => sum + countWork(node, analysis), 0)
  if (inBlock === 0) return false
  const aside = countWork(handler.body, analysis) + (statement.finalizer === null ? 0 : countWork(statement.finalizer, analysis))
  return inBlock >= total() - inBlock - aside && !isDescribing(statement.block, lowering)
}

/** The block, or what of it stands before the span is ended: what comes after it (`await processor.forceFlush()`) is no work of the span. */
function coveredBySpan(block: TSESTree.BlockStatement, lowering: Lowering): readonly TSESTree.Node[] {
  const end = block.body.findIndex((statement) => statement.type === 'ExpressionStatement' && isSpanEnd(statement.expression, lowering))
  return end === -1 ? [block] : block.body.slice(0, end)
}

/** `setUser`, `addOrderAttributes`, `enrichSpan`: what a helper that tells the span something is called. */
const DESCRIBES = /^(?:add|annotate|apply|assign|attach|enrich|mark|set|tag|write)(?:$|[A-Z_])/

/** Is the work nothing but helpers that are given the span to write on? Without it the trace knows less, and nothing else has failed. */
function isDescribing({ body }: TSESTree.BlockStatement, lowering: Lowering): boolean {
  return body.length > 0 && body.every((statement) => {
    const call = statement.type === 'ExpressionStatement' ? unwrap(statement.expression) : null
    if (call?.type !== 'CallExpression') return false
    if (lowering.analysis.tracingCalls.has(call)) return true
    const callee = unwrap(call.callee)
    const name = callee.type === 'Identifier' ? callee.name : callee.type === 'MemberExpression' ? getMemberName(callee) : null
    return name !== null && DESCRIBES.test(name) && call.arguments.some((argument) => isSpan(argument, lowering))
  })
}

interface Seen {
  span: boolean
  exception: boolean
  status: 'none' | 'ok' | 'error' | 'unknown'
  stage: boolean
  ends: ErrorPath['ends']
}

/** What a `catch` does to the span, and how it ends. */
function inspect(handler: TSESTree.CatchClause, error: string | undefined, lowering: Lowering): Seen {
  const { analysis, sourceCode } = lowering
  const seen: Seen = { span: reachesSpan(handler.body, lowering), exception: false, status: 'none', stage: false, ends: 'completes' }
  const fails = (): void => {
    if (seen.ends === 'completes') seen.ends = 'fails'
  }
  const visit = (node: TSESTree.Node): void => {
    switch (node.type) {
      case 'ThrowStatement':
        seen.ends = 'throws'
        break
      case 'ReturnStatement':
        if (node.argument !== null && (tellsFailure(node.argument, error, sourceCode) || isOtherWay(node.argument, handler, sourceCode))) fails()
        break
      case 'BreakStatement':
      case 'ContinueStatement':
        fails()
        break
      case 'AssignmentExpression':
        if (isOuter(node.left, handler, lowering)) fails()
        break
      case 'UpdateExpression':
        if (isCounted(node.argument, handler, lowering)) fails()
        break
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
        // What is called later may throw, and may answer.
        if (mentions(node, error, sourceCode)) fails()
        return
      case 'CallExpression':
      case 'NewExpression': {
        const tracing = analysis.tracingCalls.get(node)
        if (tracing !== undefined) {
          // A count of a meter is told to nobody who looks at the span.
          seen.span ||= tracing.row.fact !== 'metric-write'
          seen.exception ||= tracing.row.fact === 'exception-write'
          if (tracing.row.fact === 'status-write') {
            const code = statusCodeOf(node, analysis)
            seen.status = code === 'unset' ? seen.status : code
          }
        }
        if (isLogging(node.callee) && tracing === undefined) {
          // `deadLetters.add(message, error)`: a measurement is a number, and no error.
          if (isMeasuring(node.callee) && givesError(node, error)) fails()
          return
        }
        if (tracing === undefined) readCall(node, error, seen, fails, lowering)
        break
      }
      default:
    }
    eachChild(node, sourceCode.visitorKeys, visit)
  }
  visit(handler.body)
  return seen
}

function readCall(
  node: TSESTree.CallExpression | TSESTree.NewExpression,
  error: string | undefined,
  seen: Seen,
  fails: () => void,
  lowering: Lowering,
): void {
  const callee = unwrap(node.callee)
  const source = resolveReference(callee, lowering.sourceCode)
  if (source?.module === '@spanguard/runtime') {
    seen.span = true
    if (source.imported === 'captureError') {
      seen.exception = true
      seen.stage ||= /\bstage\b/.test(lowering.sourceCode.getText(node))
    }
  }
  const name =
    callee.type === 'Identifier' ? callee.name
    : callee.type === 'MemberExpression' ? (getMemberName(callee) ?? '')
    : ''
  const known = knownFunction(callee, lowering.analysis)
  if (SPAN_WORD.test(name) || (known !== null && reachesSpan(known, lowering))) seen.span = true
  if (failingMethods.has(name) || SETTLING.test(name)) fails()
  if (replyingMethods.has(name) && speaksToSomebody(callee) && node.arguments.some((argument) => SPEAKS_OF_ERROR.test(textWithin(argument, lowering.sourceCode)))) fails()
  if (givesError(node, error)) fails()
}

/** Somebody is handed the error: what becomes of it is not to be seen here. */
function givesError(node: TSESTree.CallExpression | TSESTree.NewExpression, error: string | undefined): boolean {
  return error !== undefined && node.arguments.some((argument) => argument.type === 'Identifier' && argument.name === error)
}

/**
 * `return await origin.get(key)` where `cache.get(key)` failed: the same is done another way, whose errors are its own. By what is given to
 * both calls, where the second is awaited or called like the first; what gives a default is neither.
 */
function isOtherWay(value: TSESTree.Expression, { parent }: TSESTree.CatchClause, sourceCode: Readonly<SourceCode>): boolean {
  const returned = unwrap(value)
  const call = returned.type === 'AwaitExpression' ? unwrap(returned.argument) : returned
  if (call.type !== 'CallExpression') return false
  const method = methodOf(call)
  const given = namesGiven(call)
  return nodesWithin(nodesOf(sourceCode).calls, parent.block).some(
    (first) => (returned !== call || (method !== null && methodOf(first) === method)) && namesGiven(first).some((name) => given.includes(name)),
  )
}

function methodOf({ callee }: Call): string | null {
  const method = unwrap(callee)
  return method.type === 'MemberExpression' ? getMemberName(method) : null
}

function namesGiven(call: Call): string[] {
  return call.arguments.flatMap((argument) => (argument.type === 'Identifier' ? [argument.name] : []))
}

/** A returned value that says that something went wrong: nothing, `false`, or anything that speaks of an error. */
function tellsFailure(value: TSESTree.Expression, error: string | undefined, sourceCode: Readonly<SourceCode>): boolean {
  const expression = unwrap(value)
  switch (expression.type) {
    case 'Literal':
      return expression.value === false || expression.value === null
    case 'Identifier':
      return expression.name === 'undefined' || expression.name === error
    case 'UnaryExpression':
      return true
    default:
      return mentions(expression, error, sourceCode) || SPEAKS_OF_ERROR.test(textWithin(expression, sourceCode))
  }
}

const SPEAKS_OF_ERROR = /error|fail|success|\bok\b|status|\berr\b|reject|invalid/i

const textsOf = perFile(() => new Map<TSESTree.Node, string>())

/** The names and strings below a node, those of types included. */
function textWithin(node: TSESTree.Node, { ast, visitorKeys }: Readonly<SourceCode>): string {
  const texts = textsOf({ ast })
  const known = texts.get(node)
  if (known !== undefined) return known
  const words: string[] = []
  const visit = (child: TSESTree.Node): void => {
    if (child.type === 'Identifier') words.push(child.name)
    else if (child.type === 'Literal') words.push(String(child.value))
    else if (child.type === 'TemplateElement') words.push(child.value.raw)
    eachChildWithTypes(child, visitorKeys, visit)
  }
  visit(node)
  const text = words.join(' ')
  texts.set(node, text)
  return text
}

function mentions(node: TSESTree.Node, name: string | undefined, sourceCode: Readonly<SourceCode>): boolean {
  return name !== undefined && textWithin(node, sourceCode).split(' ').includes(name)
}

/** Is this written to outside the clause? Then what comes after it may tell. */
function isOuter(target: TSESTree.Node, handler: TSESTree.CatchClause, lowering: Lowering): boolean {
  let root = unwrap(target)
  while (root.type === 'MemberExpression') root = unwrap(root.object)
  if (root.type !== 'Identifier') return true
  const definition = findVariable(root, lowering.sourceCode)?.defs[0]?.node as TSESTree.Node | undefined
  return definition === undefined || definition.range[0] < handler.range[0] || definition.range[1] > handler.range[1]
}

/** `failed++`, of a variable of the function that code beside the clause reads: `span.setAttribute('orders.failed', failed)`. */
function isCounted(target: TSESTree.Node, handler: TSESTree.CatchClause, lowering: Lowering): boolean {
  let root = unwrap(target)
  while (root.type === 'MemberExpression') root = unwrap(root.object)
  if (root.type !== 'Identifier' || !isOuter(root, handler, lowering)) return false
  const variable = findVariable(root, lowering.sourceCode)
  if (variable === null || variable.scope.type === 'module' || variable.scope.type === 'global') return false
  return variable.references.some((reference) => reference.isRead() && tellsCount(reference.identifier, handler))
}

/** Nothing is told by counting on, by how often a loop turns, and by `rows[i]`, which only says where it is. */
function tellsCount(read: TSESTree.Node, handler: TSESTree.CatchClause): boolean {
  const outer = parentOf(read)
  if (outer?.type === 'UpdateExpression' || (outer?.type === 'MemberExpression' && outer.computed && outer.property === read)) return false
  for (let node = read, around = parentOf(read); around !== null && !isFunction(around); node = around, around = parentOf(around)) {
    if (around === handler) return false
    if (loops.has(around.type) && !('body' in around && around.body === node)) return false
  }
  return true
}

/** Is the work inside a `stage(name, fn)` of the runtime, which says the stage by itself? */
function callsStage(block: TSESTree.Node, { sourceCode }: Lowering): boolean {
  if (!sourceCode.text.includes('@spanguard/runtime')) return false
  return nodesWithin(nodesOf(sourceCode).calls, block).some((call) => {
    const source = call.type === 'CallExpression' ? resolveReference(call.callee, sourceCode) : null
    return source?.module === '@spanguard/runtime' && source.imported === 'stage'
  })
}
