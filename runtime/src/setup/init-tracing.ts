import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { disableClients, enableClients } from '../clients/enable.js'
import { limitPropagation, noteStart } from '../clients/propagation.js'
import { compileTargets } from '../clients/targets.js'
import { RuntimeContextManager } from '../context/manager.js'
import { disableDatabases, enableDatabases } from '../databases/enable.js'
import { hasDiagLogger, report } from '../diagnostics.js'
import { watchProcessEnd } from '../end/process-end.js'
import { createPipeline, type Pipeline } from '../export/pipeline.js'
import { createGrpcTransport } from '../export/grpc-transport.js'
import { createTransport as createHttpTransport } from '../export/transport.js'
import type { ExportProtocol, Health, Tracing, TracingOptions } from '../options.js'
import { createRedactor, type Redactor } from '../redaction/redact.js'
import { createSampling } from '../sampling/control.js'
import { compileRoutes, healthRoutes } from '../sampling/routes.js'
import { createKeeper } from '../sampling/keep.js'
import { createSampler } from '../sampling/sampler.js'
import { isRatio } from '../sampling/threshold.js'
import { createIdGenerator } from '../spans/ids.js'
import { logFields, runtimeState, testFingerprint, type ActiveTracing, type RuntimeState } from '../state.js'
import { scopeName, version } from '../version.js'
import { registerGlobals, newerApiCopy, unregisterGlobals } from './conflicts.js'
import { parseEndpoint } from './endpoint.js'
import { exportProtocols, readEnvironment, type Environment } from './environment.js'
import { createMetrics } from './metrics.js'
import { usePolicy, type LoadedPolicy } from './policy.js'
import { createPropagator } from './propagation.js'
import { createResource, findEntryPackage } from './resource.js'

/**
 * Sets tracing up for this process: OTLP over HTTP to Tempo, sampled, redacted, and flushed at the end.
 *
 * What is not given comes from the environment (`OTEL_*`, `TEMPO_ENDPOINT`, `ENVIRONMENT`); a bad value is warned of and
 * ignored. A second call with the same options returns the same handle, however often the package is loaded; under
 * `testTracing` every call returns the handle of the test, and its own options count for nothing.
 *
 * Throws only when somebody else traces this process already (another provider, a second copy of the API, another
 * `initTracing`) and this is not production; in production that is one error line and `health().state`.
 */
export function initTracing(options: TracingOptions = {}): Tracing {
  return initWithPolicy(options, () => usePolicy(options.policy, 'options'))
}

/** As `initTracing`, with a policy that was found otherwise. */
export function initWithPolicy(options: TracingOptions, loadPolicy: () => LoadedPolicy, entry: string | undefined = process.argv[1]): Tracing {
  const state = runtimeState()
  const fingerprint = fingerprintOf(options, state)
  const warn = (message: string): void => {
    report('warn', message, message)
  }
  const environment = readEnvironment(process.env, warn)
  const place = (options.environment || undefined) ?? environment.environment
  const active = state.active
  if (active !== null && active.handle.health().state !== 'shut-down') {
    // A test that imports the application's own setup: it gets what testTracing gave.
    if (active.fingerprint === testFingerprint) return active.handle
    if (active.fingerprint !== fingerprint) {
      conflict('initTracing was called before with other options; those stay in force. Call it once', options, place)
    }
    return active.handle
  }
  const setup = { options, environment, place, policy: loadPolicy(), warn, fingerprint, state, entry }
  state.active = environment.disabled ? switchedOff(setup) : switchedOn(setup)
  return state.active.handle
}

/** Nothing but a conflict may keep a service from starting: a setup that fails otherwise is one error line, and no tracing. */
function switchedOn(setup: Setup): ActiveTracing {
  try {
    return assemble(setup)
  } catch (error) {
    if (error instanceof ConflictError) throw error
    report('error', 'setup.failed', `tracing is off, its setup failed: ${error instanceof Error ? error.message.split('\n', 1)[0] ?? '' : typeof error}`)
    return switchedOff(setup)
  }
}

/** A setup that stands in the way of another. */
class ConflictError extends Error {}

interface Setup {
  readonly options: TracingOptions
  readonly environment: Environment
  /** `production`, `staging`, …; undefined when nobody said. */
  readonly place: string | undefined
  readonly policy: LoadedPolicy
  readonly warn: (message: string) => void
  readonly fingerprint: string
  readonly state: RuntimeState
  /** The program's file. */
  readonly entry: string | undefined
}

function assemble(setup: Setup): ActiveTracing {
  const { options, environment, place, policy, warn, entry } = setup
  forwardDiagnostics()
  const sampling = createSampling(...samplingOf(setup))
  const ignoresRoute = compileRoutes([...healthRoutes, ...(options.sampling?.ignore ?? [])])
  const redactor = createRedactor({ policy: policy.policy, valueLength: environment.valueLength })
  const { resource, named } = createResource(options, environment, findEntryPackage(entry), policy.hash)
  if (!named) warn('no service name: set serviceName or OTEL_SERVICE_NAME, else every service is unknown_service:node in Tempo')

  const keeper = options.sampling?.keep === undefined ? null : createKeeper(options.sampling.keep, span => pipeline.add(span))
  const protocol = protocolOf(setup)
  const { url, authorization } = endpointOf(setup, protocol)
  const createTransport = protocol === 'grpc' ? createGrpcTransport : createHttpTransport
  const pipeline: Pipeline = createPipeline({
    transport: createTransport({
      url,
      headers: headersOf(setup, authorization),
      timeoutMs: environment.timeoutMs,
      gzip: environment.gzip,
      tls: { ...environment.tls, ...options.tls },
    }),
    batch: environment.batch,
    redact: redactor.redact,
    onUnsampled: keeper?.onEnd,
    onBatch: () => {
      lookForMeter()
    },
  })
  const lookForMeter = createMetrics(pipeline.counts, environment.batch.maxQueue)
  const provider = new TracerProvider({
    resource,
    sampler: createSampler({ sampling, ignoresRoute, recordAll: keeper !== null, onStart: noteStart }),
    spanLimits: environment.limits,
    idGenerator: createIdGenerator(),
    spanProcessors: environment.exports ? [pipeline] : [],
  })
  const propagator = limitPropagation(createPropagator(environment.propagators, policy.policy), options.propagateTo ?? [])
  const contexts = new RuntimeContextManager()
  const registered = registerGlobals(provider, contexts, propagator, warn)
  const propagatesTo = compileTargets(options.propagateTo ?? [])
  const shared = { fingerprint: setup.fingerprint, options, environment: place, production: isProduction(place), ignoresRoute, propagatesTo, policy: policy.policy }
  if (typeof registered === 'string') {
    conflict(`${registered}. Redaction is NOT active for its spans. Let @spanguard/runtime set tracing up alone`, options, place)
    return { ...shared, contexts: null, extracts: null, provider: null, tracer: null, handle: idleHandle('foreign-provider', sampling, policy) }
  }
  // Drivers are loaded first: what is loaded once the clients' require hook stands (mongodb loads http) is kept as it is then, and an
  // instrumentation that the application registers later would not see it.
  enableDatabases(options.databases ?? 'auto', registered.contexts ? contexts : null)
  enableClients()
  lookForMeter()
  const unwatch = watchProcessEnd({ pipeline, signals: options.signals !== false })
  const close = async (timeoutMs: number): Promise<boolean> => {
    const complete = await pipeline.close(timeoutMs)
    unwatch()
    disableClients()
    disableDatabases()
    unregisterGlobals(provider)
    return complete
  }
  const handle = createHandle({ sampling, policy, redactor, pipeline, close, place })
  return {
    ...shared,
    contexts: registered.contexts ? contexts : null,
    extracts: registered.propagator ? (propagator?.fields() ?? null) : null,
    provider,
    tracer: provider.getTracer(scopeName, version),
    handle,
  }
}

function switchedOff(setup: Setup): ActiveTracing {
  const { options, place, policy, fingerprint } = setup
  const sampling = createSampling(...samplingOf(setup))
  return {
    fingerprint,
    options,
    environment: place,
    production: isProduction(place),
    policy: policy.policy,
    ignoresRoute: () => false,
    propagatesTo: compileTargets(options.propagateTo ?? []),
    contexts: null,
    extracts: null,
    provider: null,
    tracer: null,
    handle: idleHandle('off', sampling, policy),
  }
}

interface HandleParts {
  readonly sampling: { readonly control: Tracing['sampling'] }
  readonly policy: LoadedPolicy
  readonly redactor: Redactor
  readonly pipeline: Pipeline
  readonly close: (timeoutMs: number) => Promise<boolean>
  readonly place: string | undefined
}

function createHandle({ sampling, policy, redactor, pipeline, close, place }: HandleParts): Tracing {
  let closing: Promise<boolean> | null = null
  let closed = false
  const shutdown = (given?: { timeoutMs?: number } | null): Promise<boolean> =>
    (closing ??= close(given?.timeoutMs ?? defaultTimeoutMs)
      .catch(() => false)
      .finally(() => {
        closed = true
      }))
  return {
    sampling: sampling.control,
    health(): Health {
      const copy = newerApiCopy()
      if (copy !== null) report('error', 'api.copy', `${copy}. Redaction is NOT active for them`)
      return {
        state: closed ? 'shut-down' : copy !== null && isProduction(place) ? 'foreign-provider' : 'on',
        policy: { source: policy.source, hash: policy.hash },
        spans: pipeline.counts(),
        redacted: redactor.counts(),
      }
    },
    logFields,
    flush: (given?: { timeoutMs?: number } | null) => pipeline.flush(given?.timeoutMs ?? defaultTimeoutMs).catch(() => false),
    shutdown,
    async [Symbol.asyncDispose]() {
      await shutdown()
    },
  }
}

/** A handle where nothing is exported by us: switched off, or another provider is in charge. */
function idleHandle(state: 'off' | 'foreign-provider', sampling: { control: Tracing['sampling'] }, policy: LoadedPolicy): Tracing {
  let closed = false
  const shutdown = (): Promise<boolean> => {
    closed = true
    return Promise.resolve(true)
  }
  return {
    sampling: sampling.control,
    health: () => ({
      state: closed ? 'shut-down' : state,
      policy: { source: policy.source, hash: policy.hash },
      spans: {
        ended: 0,
        exported: 0,
        pending: 0,
        dropped: { queue_full: 0, export_failed: 0, rejected: 0, redaction_failed: 0, shutdown: 0 },
      },
      redacted: {},
    }),
    logFields,
    flush: () => Promise.resolve(true),
    shutdown,
    async [Symbol.asyncDispose]() {
      await shutdown()
    },
  }
}

const defaultTimeoutMs = 2500

/** Throws outside production, else one error line. Without a word about the environment NODE_ENV decides. */
function conflict(message: string, options: TracingOptions, place: string | undefined): void {
  const live = place === undefined ? process.env['NODE_ENV'] === 'production' : isProduction(place)
  if ((options.onConflict ?? (live ? 'warn' : 'throw')) === 'throw') throw new ConflictError(`spanguard: ${message}`)
  report('error', message, message)
}

/** Where nobody said what it is, secrecy is that of production. */
function isProduction(place: string | undefined): boolean {
  return place === undefined || /^(?:prod|production|live)$/i.test(place)
}

/** Production 0.1, staging 0.5, else 1. */
function ratioOf(place: string | undefined): number {
  if (place === undefined) return 1
  if (isProduction(place)) return 0.1
  return /^(?:stage|staging)$/i.test(place) ? 0.5 : 1
}

function samplingOf({ options, environment, place, warn }: Setup): [ratio: number, parentBased: boolean] {
  const given = options.sampling?.ratio
  if (given !== undefined) {
    if (isRatio(given)) return [given, true]
    warn(`sampling.ratio is ignored: ${JSON.stringify(given)} is not a number from 0 to 1`)
  }
  if (environment.sampler !== undefined) return [environment.sampler.ratio, environment.sampler.parentBased]
  return [ratioOf(place), true]
}

function protocolOf({ options, environment, warn }: Setup): ExportProtocol {
  const { protocol } = options
  if (protocol !== undefined && !exportProtocols.includes(protocol)) {
    warn(`protocol is ignored: ${JSON.stringify(protocol)} is not one of ${exportProtocols.join(', ')}`)
  } else if (protocol !== undefined) return protocol
  return environment.protocol ?? 'http/protobuf'
}

/** The first endpoint that can be used: code, then the environment's in their order, then this machine. */
function endpointOf({ options, environment, warn }: Setup, protocol: ExportProtocol): { readonly url: URL; readonly authorization: string | null } {
  const candidates = [
    ...(options.endpoint === undefined ? [] : [{ source: 'endpoint', value: options.endpoint, form: 'base' as const }]),
    ...environment.endpoints,
  ]
  for (const { source, value, form } of candidates) {
    const result = parseEndpoint(value, form, protocol)
    if ('problem' in result) {
      warn(`${source} is ignored: it ${result.problem}`)
      continue
    }
    if (result.hint !== null) warn(`${source}: ${result.hint}`)
    return result
  }
  return { url: new URL(protocol === 'grpc' ? 'http://localhost:4317' : 'http://localhost:4318/v1/traces'), authorization: null }
}

/** Code over environment, both over the credentials of the endpoint's URL. Names in lower case, so that none is sent twice. */
function headersOf({ options, environment }: Setup, authorization: string | null): () => Readonly<Record<string, string>> {
  const fixed = { ...(authorization !== null && { authorization }), ...environment.headers }
  const merge = (own: Record<string, string>): Record<string, string> => ({
    ...fixed,
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name.toLowerCase(), value])),
  })
  const given = options.headers
  if (typeof given === 'function') return () => merge(given())
  const merged = merge(given ?? {})
  return () => merged
}

/** The SDK's own messages, when `OTEL_LOG_LEVEL` asks for them and the application has no logger of its own. */
function forwardDiagnostics(): void {
  const level = (process.env['OTEL_LOG_LEVEL'] ?? '').trim().toUpperCase()
  if (!(level in DiagLogLevel) || level === 'NONE' || hasDiagLogger()) return
  const write = (name: string) => (message: string) => {
    process.stderr.write(`${name} ${message}\n`)
  }
  const logger: DiagLogger = { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug'), verbose: write('verbose') }
  diag.setLogger(logger, { logLevel: DiagLogLevel[level as keyof typeof DiagLogLevel], suppressOverrideMessage: true })
}

/** Equal for two equal sets of options; functions and policies count as themselves. */
function fingerprintOf(options: TracingOptions, state: RuntimeState): string {
  return JSON.stringify(options, (_key, value: unknown) => {
    if (value instanceof RegExp) return String(value)
    if (typeof value !== 'function') return value
    let id = state.functionIds.get(value)
    if (id === undefined) state.functionIds.set(value, (id = ++state.functionCount))
    return `function ${id}`
  })
}
