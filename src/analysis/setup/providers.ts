import type { Setup } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { removedModules, type ProviderExport } from '../../otel/setup.js'
import type { Place } from '../../project/places.js'
import { findVariable, getMemberName, unwrap } from '../bindings.js'
import { originOf } from '../origins.js'
import { canBothRun, isConditional, standsInDevelopmentFunction } from './conditions.js'
import { hasOtherEnd, readDeadline } from './ends.js'
import { isUsedUnended } from './importers.js'
import { findExporter, isOwnExporter } from './outputs.js'
import { followName, followOwnership, type Ownership } from './ownership.js'
import { type Call, findSetupCall, getCalleeName, getOption, resolveOnce, type SetupCall } from './setup-calls.js'
import { readSampler } from './samplers.js'

export interface SetupContext {
  readonly place: Place | null
  readonly sourceCode: Readonly<SourceCode>
  readonly filename: string
  readonly calls: readonly Call[]
}

/** Every provider that a file makes, every SDK that it starts and every distribution that it calls, in source order. */
export function readProviders(calls: readonly SetupCall[], context: SetupContext): Setup[] {
  const setups = calls.flatMap((call): { fact: Setup; registration: TSESTree.Node | null }[] => {
    if (call.row.role === 'provider') return [readProvider(call, call.row, context)]
    if (call.row.role === 'distro') return [readDistro(call, context)]
    return []
  })
  const ended = new Set<TSESTree.Node>()
  return setups.map(({ fact: read, registration }) => {
    // `provider = resource ? new Provider({ resource }) : new Provider()` is one provider, however it is made.
    const isTold = registration !== null && ended.has(registration)
    if (registration !== null) ended.add(registration)
    const fact: Setup = isTold && read.shutdown !== undefined ? { ...read, shutdown: 'unknown' } : read
    const first = registration === null ? null : findEarlier(registration, setups, context)
    return first === null ? fact : { ...fact, alongside: { product: first.product ?? '', origin: first.made ?? first.origin } }
  })
}

function readBase(call: SetupCall): Pick<Setup, 'fact' | 'origin' | 'certainty' | 'via' | 'product' | 'module' | 'made'> {
  return {
    fact: 'setup',
    origin: originOf(call.node),
    certainty: 'certain',
    via: { api: call.module, method: call.name },
    product: call.name,
    module: call.module,
    made: originOf(getCalleeName(call.node)),
  }
}

function readProvider(
  call: SetupCall,
  row: ProviderExport,
  context: SetupContext,
): { fact: Setup; registration: TSESTree.Node | null } {
  const ownership = followOwnership(call.node, row.registeredBy, context.sourceCode)
  const registration = sendsNothing(call, context.sourceCode) ? null : (ownership.registrations[0] ?? null)
  const isTried = standsInDevelopmentFunction(call.node)
  const sampler = isTried ? null : readSampler(call.node, getOption(call.node.arguments[0], 'sampler', context.sourceCode), context.sourceCode)
  // An SDK is made to be started: one that leaves the file is started by whoever takes it.
  const isStarted = registration !== null || (row.exportsByDefault && leavesFile(ownership))
  const successor = row.successor ?? removedModules[call.module]
  const fact: Setup = {
    ...readBase(call),
    registered: isStarted,
    conditional: isConditional(registration ?? call.node),
    ...(registration === null ? {} : { registration: originOf(registration) }),
    ...(sampler === null ? {} : { sampler }),
    ...(registration === null ? {} : isTried ? { shutdown: 'unknown' as const } : readShutdown(call, row, ownership, context)),
    ...(successor === undefined ? {} : { successor }),
  }
  return { fact, registration }
}

function leavesFile(ownership: Ownership): boolean {
  return ownership.handedOver || ownership.exportedAs.length > 0
}

/** `new NodeSDK({ spanProcessors: [] })` registers no tracer provider; it runs for its metrics. */
function sendsNothing(call: SetupCall, sourceCode: Readonly<SourceCode>): boolean {
  const processors = getOption(call.node.arguments[0], 'spanProcessors', sourceCode)
  const list = processors === null ? null : resolveOnce(processors, sourceCode)
  return list?.type === 'ArrayExpression' && list.elements.length === 0 && list === processors && call.name === 'NodeSDK'
}

function readShutdown(
  call: SetupCall,
  row: ProviderExport,
  ownership: Ownership,
  context: SetupContext,
): Pick<Setup, 'shutdown' | 'shutdownAt'> {
  const { sourceCode } = context
  if (ownership.ends.length > 0) {
    const unbounded = ownership.ends.find((end) => readDeadline(end, sourceCode) === 'unbounded')
    if (unbounded === undefined || hasExporterTimeout(sourceCode)) return { shutdown: 'bounded' }
    return { shutdown: 'unbounded', shutdownAt: originOf(unbounded) }
  }
  const hasBuffer = row.exportsByDefault ? !isGivenNoBuffer(call, sourceCode) : hasOutput(call, ownership, context)
  if (!hasBuffer || ownership.handedOver || flushesItself(sourceCode)) return { shutdown: 'unknown' }
  if (hasOtherEnd(context.calls, sourceCode) || sharesProcessor(call, sourceCode)) return { shutdown: 'unknown' }
  if (ownership.exportedAs.length > 0 && !isUsedUnended(ownership.exportedAs, context.filename)) return { shutdown: 'unknown' }
  return { shutdown: 'none' }
}

/** `new NodeSDK({ spanProcessors: [processor] })` and `export { processor }`: whoever imports it flushes it, as handlers of serverless do. */
function sharesProcessor({ node }: SetupCall, sourceCode: Readonly<SourceCode>): boolean {
  return ['spanProcessor', 'spanProcessors'].some((option) => {
    const value = getOption(node.arguments[0], option, sourceCode)
    const given: readonly (TSESTree.Node | null)[] = value?.type === 'ArrayExpression' ? value.elements : [value]
    return given.some((name) => name?.type === 'Identifier' && followName(name, sourceCode).exportedAs.length > 0)
  })
}

/** `new NodeSDK({ spanProcessors: [new SentrySpanProcessor()] })`: what it is given stands in the place of what it would make, and holds nothing. */
function isGivenNoBuffer({ node }: SetupCall, sourceCode: Readonly<SourceCode>): boolean {
  const list = getOption(node.arguments[0], 'spanProcessors', sourceCode)
  return list?.type === 'ArrayExpression' && list.elements.length > 0 && list.elements.every((element) => element !== null && holdsNothing(element, sourceCode))
}

/** A provider without a processor holds no span back, nor does one that prints each span at once. */
function hasOutput(call: SetupCall, ownership: Ownership, { calls, sourceCode }: SetupContext): boolean {
  if (ownership.members.has('addSpanProcessor') && addedProcessors(calls).some((added) => !holdsNothing(added, sourceCode))) return true
  const [config] = call.node.arguments
  if (config === undefined) return false
  const object = resolveOnce(config, sourceCode)
  if (object.type !== 'ObjectExpression') return true
  if (object.properties.some(({ type }) => type === 'SpreadElement')) return true
  const processors = getOption(config, 'spanProcessors', sourceCode)
  if (processors === null) return false
  const list = resolveOnce(processors, sourceCode)
  if (list.type !== 'ArrayExpression') return true
  // `const processors = []` is filled later.
  if (list.elements.length === 0) return list !== processors
  // A list that has a name may be added to.
  return list.elements.some((element) => element !== null && isBuffered(element, sourceCode) && !(list === processors && isOwnPrinter(element, sourceCode)))
}

function addedProcessors(calls: readonly Call[]): readonly TSESTree.Node[] {
  return calls.flatMap((call) => {
    const callee = unwrap(call.callee)
    const [processor] = call.arguments
    return callee.type === 'MemberExpression' && getMemberName(callee) === 'addSpanProcessor' && processor !== undefined ? [processor] : []
  })
}

/** A processor that a function or class of this file makes, in which no processor or exporter of the SDK stands: it has nothing to hold spans in. */
function isOwnPrinter(processor: TSESTree.Node, sourceCode: Readonly<SourceCode>): boolean {
  if (processor.type !== 'CallExpression' && processor.type !== 'NewExpression') return false
  const callee = unwrap(processor.callee)
  if (callee.type !== 'Identifier' || processor.arguments.length > 0) return false
  const definition = findVariable(callee, sourceCode)?.defs[0]
  if (definition?.type !== 'FunctionName' && definition?.type !== 'ClassName') return false
  return !/\w(?:Processor|Exporter)\s*\(|\bextends\b/.test(sourceCode.getText(definition.node))
}

/** Can a processor hold spans that only the provider's end sends? One that leaves the file is flushed by whoever took it. */
function isBuffered(processor: TSESTree.Node, sourceCode: Readonly<SourceCode>): boolean {
  if (holdsNothing(processor, sourceCode)) return false
  if (processor.type !== 'Identifier') return true
  const ownership = followName(processor, sourceCode)
  return !leavesFile(ownership) && ownership.ends.length === 0
}

/** Is a processor shown to keep no span back: one that drops them, or that prints or hands on each at once? */
function holdsNothing(processor: TSESTree.Node, sourceCode: Readonly<SourceCode>): boolean {
  const call = findSetupCall(processor, sourceCode)
  if (call?.row.role !== 'processor') return false
  if (call.row.sends !== 'each') return call.row.sends === 'nothing'
  const exporter = findExporter(call, sourceCode)
  // An exporter of the project's own keeps back only what the project itself made it keep.
  return exporter === null ? isOwnExporter(call, sourceCode) : exporter.row.role === 'exporter' && exporter.row.to !== 'network'
}

/** The instrumentation of AWS Lambda flushes the provider after each invocation. */
function flushesItself(sourceCode: Readonly<SourceCode>): boolean {
  return /@opentelemetry\/instrumentation-aws-lambda|\bAwsLambdaInstrumentation\b/.test(sourceCode.text)
}

/** A network exporter that gives up by itself bounds every shutdown of its processor. */
function hasExporterTimeout(sourceCode: Readonly<SourceCode>): boolean {
  return /\btimeoutMillis\b/.test(sourceCode.text)
}

function readDistro(call: SetupCall, context: SetupContext): { fact: Setup; registration: TSESTree.Node | null } {
  const { row, node } = call
  if (row.role !== 'distro') throw new TypeError(`${call.name} is no distribution.`)
  const { sourceCode } = context
  const sampler =
    row.samplerOption === undefined ?
      null
    : readSampler(node, getOption(node.arguments[0], row.samplerOption, sourceCode), sourceCode)
  const ownership = row.ends === 'handle' ? followOwnership(node, [], sourceCode) : null
  const isDropped = ownership !== null && ownership.ends.length === 0 && !leavesFile(ownership)
  const fact: Setup = {
    ...readBase(call),
    registered: true,
    conditional: isConditional(node),
    registration: originOf(node.callee),
    shutdown: isDropped && !hasOtherEnd(context.calls, sourceCode) && !flushesItself(sourceCode) ? 'none' : 'unknown',
    ...(sampler === null ? {} : { sampler }),
  }
  return { fact, registration: node.callee }
}

/** A registration before this one that the same run reaches, with nothing in between that takes it back. */
function findEarlier(
  registration: TSESTree.Node,
  setups: readonly { readonly fact: Setup; readonly registration: TSESTree.Node | null }[],
  { sourceCode }: SetupContext,
): Setup | null {
  for (const other of setups) {
    const earlier = other.registration
    if (earlier === null || earlier === registration || earlier.range[0] > registration.range[0]) continue
    if (!canBothRun(earlier, registration)) continue
    const between = sourceCode.text.slice(earlier.range[1], registration.range[0])
    if (!/\.(?:shutdown|disable)\s*\(/.test(between)) return other.fact
  }
  return null
}

