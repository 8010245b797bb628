import type { ContextBreak } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { matchesModule } from '../../otel/index.js'
import { type MessagingClient, messagingClients } from '../../otel/setup.js'
import { getPackage, type Package } from '../../project/package-json.js'
import { findBinding, getEnclosingFunction, getMemberName, isFunction, unwrap } from '../bindings.js'
import { resolveReference } from '../imports.js'
import type { FileAnalysis } from '../index.js'
import { originOf } from '../origins.js'
import { type Call, getCalleeName, getOption } from './setup-calls.js'

type Direction = ContextBreak['direction']

/** What carries a context on, or takes one up, as it is written; helpers of other modules say so by their name. */
const CARRIES: Readonly<Record<Direction, RegExp>> = {
  inject: /inject\w*\s*\(|\btraceparent\b|[cC]arrier\b|\bpropagat|trac(?:e|ing)_?(?:context|headers)\s*\(/i,
  extract: /extract\w*\s*\(|\btraceparent\b|[cC]arrier\b|\bpropagat|\blinks\b|\baddLinks?\b/i,
}

const TEXT_LIMIT = 60

/**
 * Messages that are sent without the trace they belong to, or received without taking it up. Silent where an instrumentation
 * of the package's dependencies carries it, and in packages that have nothing to do with tracing. One for each function
 * and direction.
 */
export function readContextBreaks(analysis: FileAnalysis, filename: string): ContextBreak[] {
  const pkg = getPackage(filename)
  if (pkg !== null && !isTraced(pkg)) return []
  const places = [...findMessages(analysis, pkg), ...findSpans(analysis, pkg)]
  const seen = new Set<string>()
  return places.flatMap(({ node, at, certainty, direction, option }): ContextBreak[] => {
    const scope = getOutermostFunction(node)
    // At the top of the file each call stands for itself.
    const place = `${direction}:${String(scope?.range[0] ?? `top ${String(node.range[0])}`)}`
    if (seen.has(place) || CARRIES[direction].test(getTextAround(node, scope, analysis))) return []
    seen.add(place)
    const call = analysis.sourceCode.getText(at).replace(/\s+/g, ' ').slice(0, TEXT_LIMIT)
    return [{ fact: 'context-break', origin: originOf(at), certainty, direction, call, ...(option === undefined ? {} : { option }) }]
  })
}

function isTraced(pkg: Package): boolean {
  return [...pkg.dependencies].some((name) => name.startsWith('@opentelemetry/') || name === '@spanguard/runtime')
}

interface Place {
  readonly certainty: ContextBreak['certainty']
  readonly node: Call
  readonly at: TSESTree.Node
  readonly direction: Direction
  /** What the client itself is given for it. */
  readonly option?: string | undefined
}

function findMessages(analysis: FileAnalysis, pkg: Package | null): Place[] {
  const clients = messagingClients.filter((client) => mayUse(client, analysis) && !isInstrumented(client, pkg))
  if (clients.length === 0) return []
  return analysis.calls.flatMap((node) => {
    for (const client of clients) {
      const direction = readMessage(node, client, analysis)
      if (direction === null || isWrapped(node, direction, client, analysis)) continue
      return [{ node, at: node.type === 'NewExpression' ? getCalleeName(node) : node.callee, certainty: 'certain', direction, option: client.option?.written }]
    }
    return []
  })
}

function mayUse(client: MessagingClient, { sourceCode }: FileAnalysis): boolean {
  return client.modules.some((module) => sourceCode.text.includes(module.replace(/\*$/, '')))
}

function isInstrumented(client: MessagingClient, pkg: Package | null): boolean {
  return client.instrumentations.some((name) => pkg?.dependencies.has(name) === true)
}

function readMessage(node: Call, client: MessagingClient, analysis: FileAnalysis): Direction | null {
  if (node.type === 'NewExpression') {
    const made = findClass(node, client, analysis)
    if (made === null || !client.receivers.includes(made) || hasOption(node, client, analysis)) return null
    // Without a handler a worker takes jobs only when it is told to.
    return node.arguments.length > 1 ? 'extract' : null
  }
  const callee = unwrap(node.callee)
  if (callee.type !== 'MemberExpression') return null
  const method = getMemberName(callee) ?? ''
  const direction = client.sends.includes(method) ? 'inject' : client.receives.includes(method) ? 'extract' : null
  return direction !== null && isClientObject(callee.object, client, analysis) ? direction : null
}

/**
 * What the runtime's wrappers carry: a handler that is wrapped where it stands, an object that was wrapped (`traceChannel(channel)`),
 * a subscription whose messages are wrapped in the loop that reads them.
 */
function isWrapped(node: Call, direction: Direction, client: MessagingClient, analysis: FileAnalysis): boolean {
  if (!analysis.sourceCode.text.includes(client.wrappers)) return false
  const callee = unwrap(node.callee)
  const object = callee.type === 'MemberExpression' ? unwrap(callee.object) : null
  const hasHandler = node.arguments.length > 1
  return analysis.calls.some((call) => {
    if (resolveReference(unwrap(call.callee), analysis.sourceCode)?.module !== client.wrappers) return false
    const isInside = call.range[0] >= node.range[0] && call.range[1] <= node.range[1]
    const isOfObject = object?.type === 'Identifier' && call.arguments.some((argument) => argument.type === 'Identifier' && argument.name === object.name)
    return isInside || isOfObject || (direction === 'extract' && !hasHandler)
  })
}

function isClientObject(written: TSESTree.Node, client: MessagingClient, analysis: FileAnalysis): boolean {
  const source = findSource(written, analysis.sourceCode)
  if (source === null) return false
  if (source.type === 'NewExpression') {
    const made = findClass(source, client, analysis)
    return made !== null && client.classes.includes(made) && !hasOption(source, client, analysis)
  }
  const callee = unwrap(source.callee)
  if (callee.type === 'MemberExpression') return client.madeBy.includes(getMemberName(callee) ?? '')
  const reference = resolveReference(callee, analysis.sourceCode)
  return reference !== null && matchesModule(reference.module, client.modules) && client.madeBy.includes(reference.imported)
}

/** The call or `new` that made an object, through its variable; a callback's parameter comes from the call around it. */
function findSource(written: TSESTree.Node, sourceCode: Readonly<SourceCode>, depth = 0): Call | null {
  const node = unwrap(written)
  if (node.type === 'CallExpression' || node.type === 'NewExpression') return node
  if (node.type === 'AwaitExpression') return findSource(node.argument, sourceCode, depth + 1)
  if (node.type !== 'Identifier' || depth > 4) return null
  const binding = findBinding(node, sourceCode)
  if (binding?.kind === 'variable' && binding.init !== null && binding.path.length === 0) {
    return findSource(binding.init, sourceCode, depth + 1)
  }
  if (binding?.kind !== 'parameter') return null
  const { parent } = binding.function
  return parent.type === 'CallExpression' && parent.arguments.includes(binding.function as never) ? parent : null
}

function findClass(node: TSESTree.NewExpression, client: MessagingClient, analysis: FileAnalysis): string | null {
  const reference = resolveReference(node.callee, analysis.sourceCode)
  if (reference === null || !matchesModule(reference.module, client.modules)) return null
  return reference.path.at(-1) ?? reference.imported
}

function hasOption(node: TSESTree.NewExpression, client: MessagingClient, analysis: FileAnalysis): boolean {
  const { option } = client
  return option !== undefined && node.arguments.some((argument) => {
    if (argument.type === 'Identifier' || argument.type === 'SpreadElement') return true
    return getOption(argument, option.name, analysis.sourceCode) !== null
  })
}

/** Methods that send a message, whatever the client. */
const SENDING = /\.(?:emit|enqueue|produce|publish|send|sendBatch|sendMessage|sendToQueue)\s*\(/
/** Names of a parameter that holds a message. */
const MESSAGE = /^(?:delivery|event|job|message|msg|payload|record)s?$/

/**
 * Spans that say by their kind that a message goes out or comes in, where the function around them sends or takes it itself:
 * a client of the project's own may carry the context in another file.
 */
function findSpans(analysis: FileAnalysis, pkg: Package | null): Place[] {
  const { sourceCode } = analysis
  if (!/PRODUCER|CONSUMER/.test(sourceCode.text) || messagingClients.some((client) => isInstrumented(client, pkg))) return []
  return analysis.factsOf('span-start').flatMap((fact): Place[] => {
    if (fact.derivedFrom !== undefined) return []
    const node = analysis.nodeOf(fact.origin)
    const scope = getOutermostFunction(node)
    if (node.type !== 'CallExpression' || scope === null) return []
    if (fact.spanKind === 'producer' && SENDING.test(sourceCode.getText(scope))) {
      return [{ node, at: node.callee, direction: 'inject', certainty: 'likely' }]
    }
    if (fact.spanKind !== 'consumer' || !takesMessage(scope)) return []
    // A context given to the call was taken up elsewhere.
    if (node.arguments.some((argument) => argument.type === 'Identifier' && /context|ctx/i.test(argument.name))) return []
    return [{ node, at: node.callee, direction: 'extract', certainty: 'likely' }]
  })
}

function takesMessage(scope: TSESTree.Node): boolean {
  return isFunction(scope) && scope.params.some((parameter) => parameter.type === 'Identifier' && MESSAGE.test(parameter.name))
}

function getOutermostFunction(node: TSESTree.Node): TSESTree.Node | null {
  let outermost: TSESTree.Node | null = null
  for (let fn = getEnclosingFunction(node); fn !== null; fn = getEnclosingFunction(fn)) outermost = fn
  return outermost
}

/** The text of the function a node stands in, or of the call at the top of the file, and of the file's functions called there. */
function getTextAround(node: Call, scope: TSESTree.Node | null, analysis: FileAnalysis): string {
  const { sourceCode } = analysis
  const around = scope ?? node
  const called = analysis.calls.flatMap((call) => {
    if (call.range[0] < around.range[0] || call.range[1] > around.range[1]) return []
    const names = [call.callee, ...call.arguments].filter((each) => each.type === 'Identifier')
    return names.flatMap((name) => {
      const binding = findBinding(name, sourceCode)
      if (binding?.kind === 'function') return [sourceCode.getText(binding.node)]
      return binding?.kind === 'variable' && isFunction(binding.init) ? [sourceCode.getText(binding.init)] : []
    })
  })
  return [sourceCode.getText(around), ...called].join('\n')
}
