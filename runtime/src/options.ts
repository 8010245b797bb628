import type { IncomingHttpHeaders } from 'node:http'
import type { Policy } from '@spanguard/policy'

export type DatabaseName = 'pg' | 'mysql2' | 'mongodb' | 'ioredis'

/** A policy as TypeScript sees the import of its JSON: texts where `Policy` has literals. It is checked when tracing is set up. */
export type PolicyImport = Omit<Policy, 'spanNames'> & { readonly spanNames: Omit<Policy['spanNames'], 'style'> & { readonly style: string } }

/** What `initTracing` takes. Everything is optional; the environment answers for what is left out. */
export interface TracingOptions {
  /** Else `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, then the name in the entry's package.json. */
  serviceName?: string
  /** Else `OTEL_RESOURCE_ATTRIBUTES`, then the version in the entry's package.json. */
  serviceVersion?: string
  /** Else `ENVIRONMENT`, then `deployment.environment.name` of `OTEL_RESOURCE_ATTRIBUTES`. */
  environment?: string
  /** The import of `spanguard.policy.json`; else the built-in list. */
  policy?: PolicyImport
  /** An OTLP base URL; `/v1/traces` is appended where it is missing. */
  endpoint?: string | URL
  /** Default: `OTEL_EXPORTER_OTLP_PROTOCOL`, then `http/protobuf`. */
  protocol?: ExportProtocol
  /** Files with the collector's certificate authority and, for mutual TLS, this service's key and certificate. */
  tls?: TlsFiles
  /** Sent with every export; a function is asked before each one. */
  headers?: Record<string, string> | (() => Record<string, string>)
  sampling?: SamplingOptions
  /** Whose `traceparent` becomes the parent; others become a link. Default: everybody's. */
  trustIncoming?: boolean | ((headers: IncomingHttpHeaders) => boolean)
  /** Which hosts context and listed baggage go to. Default: local and private ones. */
  propagateTo?: (string | RegExp)[]
  databases?: 'auto' | DatabaseName[] | false
  /** `'auto'`: SIGTERM and SIGINT flush before the process ends. */
  signals?: 'auto' | false
  /** What a second provider or API copy does. Default: throw outside production, warn in it. */
  onConflict?: 'throw' | 'warn'
}

export type ExportProtocol = 'http/protobuf' | 'grpc'

/** Paths of PEM files; what is left out comes from `OTEL_EXPORTER_OTLP_CERTIFICATE`, `_CLIENT_KEY` and `_CLIENT_CERTIFICATE`. */
export interface TlsFiles {
  ca?: string
  key?: string
  cert?: string
}

export interface SamplingOptions {
  /** 0 to 1, the share of new traces that are recorded. */
  ratio?: number
  /** Routes that are never recorded, beside the usual health checks: `GET /healthz`, `/internal/*`. */
  ignore?: string[]
  /** Opt-in: decide at the end of the local part of a trace, and keep it when it failed or was slow. */
  keep?: KeepOptions
}

export interface KeepOptions {
  errors?: boolean
  slowerThanMs?: number
  /** How many spans may wait for their root to end, in all (default 10,000). */
  maxSpans?: number
}

/** Why spans were dropped. */
export type DropReason = 'queue_full' | 'export_failed' | 'rejected' | 'redaction_failed' | 'shutdown'

export interface Health {
  readonly state: 'on' | 'off' | 'foreign-provider' | 'shut-down'
  readonly policy: { readonly source: string; readonly hash: string }
  /** ended = exported + pending + the sum of dropped, at every moment. */
  readonly spans: {
    /** Sampled spans that ended. */
    readonly ended: number
    /** Acknowledged by the collector. */
    readonly exported: number
    /** In the queue or on their way. */
    readonly pending: number
    readonly dropped: Readonly<Record<DropReason, number>>
  }
  /** How often a value was replaced, by key, so that a team sees what to allow; at most 200 keys, the rest as `(other)`. */
  readonly redacted: Readonly<Record<string, number>>
}

export interface SamplingControl {
  /** The ratio for new traces that is in force now. */
  get(): number
  /** Throws RangeError when the ratio is no number from 0 to 1. */
  set(ratio: number): void
  /**
   * Another ratio for a while; returns by itself, or when the returned function is called.
   * Scope `roots`: new traces only. `local`: also requests whose caller did not sample them.
   * Throws RangeError for a ratio outside 0 to 1 and for minutes that are no number above 0.
   */
  spike(ratio: number, options: { minutes: number; scope?: 'roots' | 'local' }): () => void
  /**
   * Asks `fn` for the ratio now and every `everyMs` (at least 100); a failure keeps the last one. Returns the way to stop it.
   * Throws RangeError when `everyMs` is no number above 0.
   */
  follow(fn: () => number | Promise<number>, options: { everyMs: number }): () => void
}

export interface LogFields {
  readonly trace_id: string
  readonly span_id: string
  readonly trace_flags: string
}

/** What `initTracing` returns. One per process, however often the package is loaded. */
export interface Tracing extends AsyncDisposable {
  readonly sampling: SamplingControl
  health(): Health
  /** The active span's ids under the names that OpenTelemetry gives them in logs; undefined without one. */
  logFields(): LogFields | undefined
  /** Sends what has ended so far. False when something could not be sent in time (2,500 ms). Never rejects. */
  flush(options?: { timeoutMs?: number }): Promise<boolean>
  /** Flushes and stops. False when something could not be sent in time (2,500 ms). Never rejects. */
  shutdown(options?: { timeoutMs?: number }): Promise<boolean>
}
