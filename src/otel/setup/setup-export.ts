/** A class whose instances make tracers. It traces nothing before it is registered. */
export interface ProviderExport {
  readonly role: 'provider'
  /** Methods that make it the global provider. `trace.setGlobalTracerProvider(it)` always does. */
  readonly registeredBy: readonly string[]
  /** It sends spans without a word about where to (`NodeSDK` reads the environment). */
  readonly exportsByDefault: boolean
  /** What stands in its place since the line in which it was removed. */
  readonly successor?: Successor
}
export interface Successor {
  /** The line of the SDK in which the name is gone. */
  readonly removedIn: number
  readonly instead: string
}
/** A function that sets everything up in one call. */
export interface DistroExport {
  readonly role: 'distro'
  /** `handle`: it returns what shuts it down. `self`: it sees to its end itself. `function`: another export ends it. */
  readonly ends: 'handle' | 'self' | 'function'
  /** The export that ends it. */
  readonly endedBy?: string
  /** The option that holds the sampler. */
  readonly samplerOption?: string
  /** Options that hold a secret. */
  readonly secretOptions?: readonly string[]
  readonly endpointOptions?: readonly string[]
}
export interface ProcessorExport {
  readonly role: 'processor'
  /** `each`: one request for each span. */
  readonly sends: 'each' | 'batches' | 'nothing'
}
export interface ExporterExport {
  readonly role: 'exporter'
  readonly to: 'console' | 'memory' | 'network'
  readonly protocol?: 'http' | 'grpc'
  /** Options that hold a URL. */
  readonly endpointOptions?: readonly string[]
  /** Options that hold a host name. */
  readonly hostOptions?: readonly string[]
  /** Options that hold a secret as such, or headers. */
  readonly secretOptions?: readonly string[]
}
export interface SamplerExport {
  readonly role: 'sampler'
  readonly decides: 'ratio' | 'always' | 'never' | 'parent'
}
/** A call that makes or registers instrumentations: modules loaded before it stay as they are. */
export interface InstrumentationsExport {
  readonly role: 'instrumentations'
  /** It makes those of every module it knows. */
  readonly all: boolean
}

/** What an export of a package is when tracing is set up. */
export type SetupExport =
  | ProviderExport
  | DistroExport
  | ProcessorExport
  | ExporterExport
  | SamplerExport
  | InstrumentationsExport
