import { splitName } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'
import { findBinding, getMemberName, unwrap } from '../bindings.js'
import { resolveReference } from '../imports.js'
import { nodesOf, nodesWithin } from '../walk.js'
import { isSpan, isSpanEnd } from './context.js'
import type { Call, Lowering } from './context.js'
import { replyMethods, safeGlobals, safeMethods } from './non-throwing.js'

const LOGGER = /^(?:console|debug|diag|log|logger|winston|pino|_?log(?:ger)?)$|(?:[dD]ebug|[lL]ogger|Log)$/
const REPLY = /^_?(?:reply|res|resp|response)$/
const PROPAGATOR = /propagator$/i
const RECORDING = /^(?:count|decrement|increment|log|observe|record|track)[A-Z]/
const METRIC_METHODS: ReadonlySet<string> = new Set(['add', 'dec', 'decrement', 'inc', 'increment', 'observe', 'record'])

/** `x.push()`: most calls are of this kind, and need no question to the scopes. */
export function isSafeMethod(callee: TSESTree.Node): boolean {
  if (callee.type !== 'MemberExpression' || callee.object.type === 'ThisExpression') return false
  const name = getMemberName(callee)
  return name !== null && safeMethods.has(name)
}

/** A call of OpenTelemetry's API, or of Spanguard's runtime. */
export function isOfTracing(callee: TSESTree.Node, sourceCode: Readonly<SourceCode>): boolean {
  const source = resolveReference(callee, sourceCode)
  // `this.propagator.inject(context, carrier)`
  const object = callee.type === 'MemberExpression' ? unwrap(callee.object) : null
  const owner = object?.type === 'Identifier' ? object.name : object?.type === 'MemberExpression' ? getMemberName(object) : null
  if (owner !== null && PROPAGATOR.test(owner)) return true
  if (source === null) return false
  if (source.module.startsWith('@opentelemetry/') || source.module === '@spanguard/runtime') return true
  // `@acme/opentelemetry` hands on the API under its own names.
  return apiNames.has(source.imported) && /[/-]opentelemetry$/.test(source.module)
}

/** What the API and the core of the SDK are imported as. */
const apiNames: ReadonlySet<string> = new Set(['context', 'diag', 'metrics', 'propagation', 'suppressTracing', 'trace'])

/** Calls on loggers, and on counters and histograms. */
export function isLogging(callee: TSESTree.Node): boolean {
  const expression = unwrap(callee)
  if (expression.type === 'Identifier') return /^(?:debug|log)$|Debug$/.test(expression.name)
  if (expression.type !== 'MemberExpression') return false
  if (isMeasuring(expression)) return true
  const object = unwrap(expression.object)
  if (object.type === 'Identifier') return LOGGER.test(object.name)
  if (object.type === 'MemberExpression') return LOGGER.test(getMemberName(object) ?? '')
  return false
}

/** `requests.add(1)`, `latency.record(ms)`: by the method alone, which a queue or a set may have, too. */
export function isMeasuring(callee: TSESTree.Node): boolean {
  const expression = unwrap(callee)
  const name = expression.type === 'MemberExpression' ? getMemberName(expression) : null
  return name !== null && METRIC_METHODS.has(name)
}

/** Words in the name of a module that writes down what others do. */
const recordingModules: ReadonlySet<string> = new Set(['analytics', 'log', 'logger', 'logging', 'logs', 'metric', 'metrics', 'monitoring', 'observability', 'stats', 'telemetry'])

/** `recordCacheMiss(milliseconds)` of `./metrics`: who counts for others does not throw at them. */
export function isRecording(callee: TSESTree.Node, sourceCode: Readonly<SourceCode>): boolean {
  if (callee.type !== 'Identifier' || !RECORDING.test(callee.name)) return false
  const source = resolveReference(callee, sourceCode)
  return source !== null && splitName(source.module.split('/').at(-1) ?? '').some((word) => recordingModules.has(word))
}

/** `res.status(200).json(order)`: an answer that is sent once does not throw. */
export function isReply(callee: TSESTree.Node): boolean {
  const expression = unwrap(callee)
  if (expression.type !== 'MemberExpression') return false
  const name = getMemberName(expression)
  if (name === null || !replyMethods.has(name)) return false
  const object = unwrap(expression.object)
  if (object.type === 'CallExpression') return isReply(object.callee)
  return object.type === 'Identifier' && REPLY.test(object.name)
}

const COUNTING = /analytics|metric|monitor|stats|telemetry/i
const LISTENER = /^_?(?:io|process|raw|sse|ws)$|(?:channel|connection|emitter|events|sender|socket|stream|subscriber|writer)$/i
/** Methods that anything may have: only on a reply or a stream do they tell somebody. */
const ambiguous: ReadonlySet<string> = new Set(['end', 'send', 'write'])

/** `res.status(500).send()`, `socket.write()`, `emitter.emit()`; `process.stderr.write()` is a line of a log, `statsd.send()` a count. */
export function speaksToSomebody(callee: TSESTree.Node): boolean {
  const method = unwrap(callee)
  if (method.type !== 'MemberExpression') return true
  let object = unwrap(method.object)
  while (object.type === 'CallExpression') {
    const inner = unwrap(object.callee)
    object = inner.type === 'MemberExpression' ? unwrap(inner.object) : inner
  }
  if (object.type === 'ThisExpression') return true
  const owner = object.type === 'Identifier' ? object.name : object.type === 'MemberExpression' ? (getMemberName(object) ?? '') : ''
  if (COUNTING.test(owner)) return false
  return !ambiguous.has(getMemberName(method) ?? '') || REPLY.test(owner) || LISTENER.test(owner)
}

/**
 * Does a call that is only presumed not to throw, such as one on a logger of the project's own, stand in the block before the span is
 * ended? Whoever asks whether the span is ended for sure cannot presume it.
 */
export function presumesBeforeEnd(block: TSESTree.BlockStatement, lowering: Lowering): boolean {
  let isPresumed = false
  let isEnded = false
  for (const node of nodesWithin(nodesOf(lowering.sourceCode).work, block)) {
    if (node.type === 'AwaitExpression') continue
    if (isSpanEnd(node, lowering)) {
      if (isPresumed) return true
      isEnded = true
    } else isPresumed ||= !isSureNotToThrow(node, lowering)
  }
  return isPresumed && !isEnded
}

/** A method of the span, the API of tracing, or a function of the language itself. */
function isSureNotToThrow(call: Call, lowering: Lowering): boolean {
  if (lowering.analysis.tracingCalls.has(call)) return true
  let root: TSESTree.Node = unwrap(call.callee)
  while (root.type === 'MemberExpression') root = unwrap(root.object)
  if (isSpan(root, lowering)) return true
  return root.type === 'Identifier' && safeGlobals.has(root.name) && findBinding(root, lowering.sourceCode) === null
}
