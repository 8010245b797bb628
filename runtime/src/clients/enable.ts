import { trace } from '@opentelemetry/api'
import type { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import type { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import http from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import { report } from '../diagnostics.js'
import { httpHooks } from './http-hooks.js'
import { loadInstrumentations } from './load.js'
import { undiciHooks } from './undici-hooks.js'

interface Enabled {
  readonly http: HttpInstrumentation | null
  readonly undici: UndiciInstrumentation | null
  /** How instrumentation-http patches `http` and `https`. */
  readonly patches: readonly ModulePatch[]
  /** Each patched module with the functions that the patch put there. */
  patched: { readonly patch: ModulePatch; readonly module: HttpModule; readonly request: unknown }[]
}

type HttpModule = typeof http | typeof https
interface ModulePatch {
  readonly name: string
  patch?(exports: unknown): unknown
  unpatch?(exports: unknown): unknown
}

/** One per process: two copies of this package must not trace each request twice. */
const key = Symbol.for('@spanguard/runtime/clients-enabled')
const holder = globalThis as { [key]?: Enabled | undefined }

/**
 * Switches the CLIENT spans of `fetch`, undici, `node:http` and `node:https` on, by OpenTelemetry's own instrumentations
 * (their server side stays off: that is the middleware's). No loader hook is needed, also not for ES modules that have
 * been loaded: the patched built-ins are written through to their named exports. Called again it moves the
 * instrumentations to the provider that is now in charge.
 *
 * Never throws; without the packages it does nothing but say so once.
 */
export function enableClients(): void {
  try {
    const enabled = (holder[key] ??= create())
    const provider = trace.getTracerProvider()
    for (const instrumentation of [enabled.http, enabled.undici]) instrumentation?.setTracerProvider(provider)
    enabled.undici?.enable()
    patchBuiltins(enabled)
    if (enabled.undici !== null) standBehindOthers(enabled.undici)
  } catch (error) {
    report('error', 'clients.failed', `outgoing HTTP requests are not traced: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Takes the patches away again, after `shutdown`; not those that somebody else has put in their place. */
export function disableClients(): void {
  const enabled = holder[key]
  if (enabled === undefined) return
  enabled.undici?.disable()
  for (const { patch, module, request } of enabled.patched) if (module.request === request) patch.unpatch?.(module)
  enabled.patched = []
  syncBuiltinESMExports()
}

function create(): Enabled {
  const { Http, Undici } = loadInstrumentations()
  if (Http === null && Undici === null) {
    report(
      'warn',
      'clients.missing',
      'outgoing HTTP requests are not traced, so traces end at this service: install @opentelemetry/instrumentation-http and ' +
        '@opentelemetry/instrumentation-undici (in a bundle: import @spanguard/runtime/clients first)',
    )
  }
  // Not enabled by itself: it would patch by way of `require`, and there the first to ask for a built-in wins. An
  // instrumentation-http that the application registers later would then never see `http`.
  const http = Http === null ? null : new Http({ ...httpHooks, disableIncomingRequestInstrumentation: true, enabled: false })
  const patches = http === null ? [] : (http as unknown as { init(): ModulePatch[] }).init()
  return { http, undici: Undici === null ? null : new Undici(undiciHooks), patches, patched: [] }
}

function patchBuiltins(enabled: Enabled): void {
  if (enabled.patched.length > 0) return
  const modules: Readonly<Record<string, HttpModule>> = { http, https }
  for (const patch of enabled.patches) {
    const module = modules[patch.name]
    if (module === undefined) continue
    // Takes the place of an instrumentation-http that was there before, as one that comes later takes ours: never two.
    patch.patch?.(module)
    enabled.patched.push({ patch, module, request: module.request })
  }
  syncBuiltinESMExports()
}

/**
 * Two instrumentations of undici hear the same channel, and only the one behind can see that a request has its span already
 * (`isTracedByOther`). So ours subscribes again, once what is registered at startup is registered.
 */
function standBehindOthers(undici: UndiciInstrumentation): void {
  setImmediate(() => {
    if (holder[key]?.undici !== undici || !undici.isEnabled()) return
    undici.disable()
    undici.enable()
  }).unref()
}
