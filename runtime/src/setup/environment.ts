import type { SpanLimits } from '@opentelemetry/sdk-trace'
import type { ExportProtocol } from '../options.js'
import { isRatio } from '../sampling/threshold.js'

/**
 * What the environment says, each value already checked. The SDK of line 2 and 3 reads none of the sampler, batch and
 * limit variables itself when it is put together by hand, so this does.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export interface Environment {
  readonly disabled: boolean
  readonly exports: boolean
  readonly protocol: ExportProtocol | undefined
  readonly serviceName: string | undefined
  readonly environment: string | undefined
  readonly resource: Readonly<Record<string, string>>
  /** In the order in which they are tried. */
  readonly endpoints: readonly { readonly source: string; readonly value: string; readonly form: 'base' | 'exact' }[]
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly gzip: boolean
  /** Paths of PEM files. */
  readonly tls: { readonly ca?: string; readonly key?: string; readonly cert?: string }
  readonly sampler: { readonly ratio: number; readonly parentBased: boolean } | undefined
  readonly batch: BatchSettings
  readonly limits: SpanLimits
  /** Characters that a string may have; the runtime cuts after masking, never before. */
  readonly valueLength: number
  readonly propagators: readonly ('tracecontext' | 'baggage')[]
}

export const exportProtocols: readonly ExportProtocol[] = ['http/protobuf', 'grpc']

export interface BatchSettings {
  readonly delayMs: number
  readonly maxQueue: number
  readonly maxBatch: number
}

/**
 * @param env usually `process.env`
 * @param warn hears one sentence for each value that is ignored; values of headers are never in it
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>, warn: (message: string) => void): Environment {
  const read = (name: string): string | undefined => env[name]?.trim() || undefined
  const ignored = (name: string, wanted: string): void => {
    warn(`${name} is ignored: ${JSON.stringify((read(name) ?? '').slice(0, 60))} is not ${wanted}`)
  }
  const whole = (name: string, fallback: number, min = 1): number => {
    const given = read(name)
    if (given === undefined) return fallback
    const value = Number(given)
    if (Number.isInteger(value) && value >= min) return value
    ignored(name, `a whole number of at least ${min}`)
    return fallback
  }
  const first = (...names: string[]): string => names.find(name => read(name) !== undefined) ?? (names[0] as string)
  const oneOf = (name: string, known: readonly string[]): string | undefined => {
    const given = read(name)?.toLowerCase()
    if (given === undefined || known.includes(given)) return given
    ignored(name, `one of ${known.join(', ')}`)
    return undefined
  }

  const exporters = read('OTEL_TRACES_EXPORTER')?.toLowerCase().split(',').map(name => name.trim())
  for (const name of exporters ?? []) {
    if (name !== 'otlp' && name !== 'none') warn(`OTEL_TRACES_EXPORTER: ${JSON.stringify(name)} is ignored, spans go out as OTLP`)
  }
  const protocol = oneOf(first('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'), exportProtocols) as ExportProtocol | undefined
  const compression = oneOf(first('OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'OTEL_EXPORTER_OTLP_COMPRESSION'), ['gzip', 'none'])
  const resource = parseResource(read('OTEL_RESOURCE_ATTRIBUTES'), warn)
  const maxQueue = whole('OTEL_BSP_MAX_QUEUE_SIZE', 2048)

  return {
    disabled: read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true',
    exports: exporters === undefined || !exporters.includes('none'),
    protocol,
    serviceName: read('OTEL_SERVICE_NAME') ?? resource['service.name'],
    environment: read('ENVIRONMENT') ?? resource['deployment.environment.name'] ?? resource['deployment.environment'],
    resource,
    endpoints: (
      [
        ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'exact'],
        ['OTEL_EXPORTER_OTLP_ENDPOINT', 'base'],
        ['TEMPO_ENDPOINT', 'base'],
      ] as const
    ).flatMap(([source, form]) => {
      const value = read(source)
      return value === undefined ? [] : [{ source, value, form }]
    }),
    headers: {
      ...parseHeaders('OTEL_EXPORTER_OTLP_HEADERS', read('OTEL_EXPORTER_OTLP_HEADERS'), warn),
      ...parseHeaders('OTEL_EXPORTER_OTLP_TRACES_HEADERS', read('OTEL_EXPORTER_OTLP_TRACES_HEADERS'), warn),
    },
    timeoutMs: whole(first('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT'), 10_000),
    gzip: compression === 'gzip',
    tls: tlsFiles(read),
    sampler: readSampler(read, ignored),
    batch: {
      // The specification's default is 5,000; a shorter wait loses less to a kill -9 and costs nothing under load.
      delayMs: whole('OTEL_BSP_SCHEDULE_DELAY', 1000),
      maxQueue,
      maxBatch: Math.min(whole('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512), maxQueue),
    },
    limits: {
      attributeCountLimit: whole(first('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'), 128),
      eventCountLimit: whole('OTEL_SPAN_EVENT_COUNT_LIMIT', 128),
      linkCountLimit: whole('OTEL_SPAN_LINK_COUNT_LIMIT', 128),
      attributePerEventCountLimit: whole('OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', 128),
      attributePerLinkCountLimit: whole('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', 128),
    },
    // Tempo cuts values at 2,048 bytes without a word (`max_attribute_bytes`).
    valueLength: whole(first('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'), 2048),
    propagators: readPropagators(read('OTEL_PROPAGATORS'), warn),
  }
}

type Read = (name: string) => string | undefined

function readSampler(read: Read, ignored: (name: string, wanted: string) => void): Environment['sampler'] {
  const name = read('OTEL_TRACES_SAMPLER')?.toLowerCase()
  if (name === undefined) return undefined
  const ratio = (): number => {
    const given = read('OTEL_TRACES_SAMPLER_ARG')
    if (given === undefined) return 1
    const value = Number(given)
    if (isRatio(value)) return value
    ignored('OTEL_TRACES_SAMPLER_ARG', 'a number from 0 to 1')
    return 1
  }
  switch (name) {
    case 'always_on':
      return { ratio: 1, parentBased: false }
    case 'always_off':
      return { ratio: 0, parentBased: false }
    case 'traceidratio':
      return { ratio: ratio(), parentBased: false }
    case 'parentbased_always_on':
      return { ratio: 1, parentBased: true }
    case 'parentbased_always_off':
      return { ratio: 0, parentBased: true }
    case 'parentbased_traceidratio':
      return { ratio: ratio(), parentBased: true }
    default:
      ignored('OTEL_TRACES_SAMPLER', 'always_on, always_off, traceidratio or parentbased_ with one of them')
      return undefined
  }
}

function readPropagators(given: string | undefined, warn: (message: string) => void): Environment['propagators'] {
  if (given === undefined) return ['tracecontext', 'baggage']
  const propagators = new Set<'tracecontext' | 'baggage'>()
  for (const name of given.split(',').map(part => part.trim().toLowerCase())) {
    if (name === 'tracecontext' || name === 'baggage') propagators.add(name)
    else if (name !== 'none' && name !== '') {
      warn(`OTEL_PROPAGATORS: ${JSON.stringify(name.slice(0, 40))} is ignored; known are tracecontext, baggage and none`)
    }
  }
  const none = given.trim().toLowerCase() === 'none'
  return propagators.size > 0 || none ? [...propagators] : ['tracecontext', 'baggage']
}

/** `key=value,key=value`, values percent-encoded (W3C baggage's form without metadata). */
function parsePairs(text: string): { readonly pairs: Record<string, string>; readonly bad: number } {
  const pairs: Record<string, string> = {}
  let bad = 0
  for (const part of text.split(',')) {
    if (part.trim() === '') continue
    const equals = part.indexOf('=')
    const key = part.slice(0, Math.max(equals, 0)).trim()
    try {
      if (key === '') throw new Error('no key')
      pairs[decodeURIComponent(key)] = decodeURIComponent(part.slice(equals + 1).trim())
    } catch {
      bad++
    }
  }
  return { pairs, bad }
}

function parseResource(text: string | undefined, warn: (message: string) => void): Record<string, string> {
  const { pairs, bad } = parsePairs(text ?? '')
  if (bad > 0) warn(`OTEL_RESOURCE_ATTRIBUTES: ${bad} part(s) ignored that are not key=value with percent-encoded values`)
  return pairs
}

function parseHeaders(name: string, text: string | undefined, warn: (message: string) => void): Record<string, string> {
  const { pairs, bad } = parsePairs(text ?? '')
  let ignored = bad
  const headers: Record<string, string> = {}
  for (const [key, value] of Object.entries(pairs)) {
    // RFC 9110: a token, and a value without control characters; node:http throws on anything else.
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(key) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) headers[key.toLowerCase()] = value
    else ignored++
  }
  if (ignored > 0) warn(`${name}: ${ignored} part(s) ignored that are no header as name=value`)
  return headers
}

function tlsFiles(read: Read): Environment['tls'] {
  const file = (suffix: string): string | undefined =>
    read(`OTEL_EXPORTER_OTLP_TRACES_${suffix}`) ?? read(`OTEL_EXPORTER_OTLP_${suffix}`)
  const ca = file('CERTIFICATE')
  const key = file('CLIENT_KEY')
  const cert = file('CLIENT_CERTIFICATE')
  return { ...(ca !== undefined && { ca }), ...(key !== undefined && { key }), ...(cert !== undefined && { cert }) }
}
