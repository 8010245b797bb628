import { describe, expect, test } from 'vitest'
import { parseEndpoint } from '../../runtime/src/setup/endpoint.js'
import { readEnvironment } from '../../runtime/src/setup/environment.js'
import { parseRetryAfter } from '../../runtime/src/export/transport.js'

function read(env: Record<string, string>): { environment: ReturnType<typeof readEnvironment>; warnings: string[] } {
  const warnings: string[] = []
  return { environment: readEnvironment(env, message => warnings.push(message)), warnings }
}

describe('endpoints', () => {
  test.each([
    ['http://tempo:4318', 'base', 'http://tempo:4318/v1/traces'],
    ['http://tempo:4318/', 'base', 'http://tempo:4318/v1/traces'],
    ['tempo:4318', 'base', 'http://tempo:4318/v1/traces'],
    ['localhost', 'base', 'http://localhost/v1/traces'],
    ['[::1]:4318', 'base', 'http://[::1]:4318/v1/traces'],
    ['https://otlp.example.net/otlp', 'base', 'https://otlp.example.net/otlp/v1/traces'],
    ['https://otlp.example.net/otlp/v1/traces', 'base', 'https://otlp.example.net/otlp/v1/traces'],
    ['http://tempo:4318/custom', 'exact', 'http://tempo:4318/custom'],
    ['http://tempo:4318?tenant=a#x', 'base', 'http://tempo:4318/v1/traces?tenant=a'],
  ] as const)('%s as %s is %s', (given, form, url) => {
    expect(parseEndpoint(given, form)).toMatchObject({ url: new URL(url) })
  })

  test('credentials become a header and leave the URL', () => {
    const result = parseEndpoint('https://12345:gl%40c@otlp.example.net', 'base')
    expect(result).toMatchObject({ authorization: `Basic ${Buffer.from('12345:gl@c').toString('base64')}` })
    expect('url' in result && result.url.href).toBe('https://otlp.example.net/v1/traces')
  })

  test.each([
    ['', 'is empty'],
    ['http://', 'is no URL'],
    ['a b', 'is no URL'],
    ['ftp://tempo', 'has the scheme "ftp:"'],
    ['grpc://tempo:4317', 'is for gRPC'],
  ])('%j is a problem: %s', (given, problem) => {
    const result = parseEndpoint(given, 'base')
    expect('problem' in result && result.problem).toContain(problem)
  })

  test.each([
    ['tempo:4317', 'http://tempo:4317/'],
    ['grpc://tempo:4317', 'http://tempo:4317/'],
    ['grpcs://tempo.example.com', 'https://tempo.example.com/'],
    ['https://tempo.example.com/v1/traces', 'https://tempo.example.com/'],
  ])('over gRPC %s is %s', (given, url) => {
    const result = parseEndpoint(given, 'base', 'grpc')
    expect('url' in result && [result.url.href, result.hint]).toEqual([url, null])
  })

  test.each([
    ['tempo:3200', 'port 3200'],
    ['tempo:4318', 'gRPC is on 4317'],
  ])('over gRPC %s is hinted at', (given, hint) => {
    const result = parseEndpoint(given, 'base', 'grpc')
    expect('hint' in result && result.hint).toContain(hint)
  })

  test.each([
    ['tempo:3200', 'port 3200'],
    ['tempo:4317', 'port 4317'],
  ])('%s is hinted at', (given, hint) => {
    const result = parseEndpoint(given, 'base')
    expect('hint' in result && result.hint).toContain(hint)
  })

  test('the order of the variables', () => {
    const { environment } = read({
      TEMPO_ENDPOINT: 'tempo:4318',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://general:4318',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:4318/v1/traces',
    })
    expect(environment.endpoints.map(row => [row.source, row.form])).toEqual([
      ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'exact'],
      ['OTEL_EXPORTER_OTLP_ENDPOINT', 'base'],
      ['TEMPO_ENDPOINT', 'base'],
    ])
  })
})

describe('values that are wrong are warned of and ignored', () => {
  test.each<[Record<string, string>, string]>([
    [{ OTEL_TRACES_SAMPLER: 'sometimes' }, 'OTEL_TRACES_SAMPLER is ignored: "sometimes"'],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '50%' }, 'OTEL_TRACES_SAMPLER_ARG is ignored: "50%"'],
    [{ OTEL_BSP_MAX_QUEUE_SIZE: '-1' }, 'OTEL_BSP_MAX_QUEUE_SIZE is ignored'],
    [{ OTEL_BSP_SCHEDULE_DELAY: '1s' }, 'OTEL_BSP_SCHEDULE_DELAY is ignored'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'OTEL_EXPORTER_OTLP_PROTOCOL is ignored: "http/json" is not one of http/protobuf, grpc'],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd' }, 'OTEL_EXPORTER_OTLP_COMPRESSION is ignored'],
    [{ OTEL_PROPAGATORS: 'b3' }, 'OTEL_PROPAGATORS: "b3" is ignored'],
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER: "zipkin" is ignored'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'a=%zz' }, 'OTEL_RESOURCE_ATTRIBUTES: 1 part(s) ignored'],
  ])('%j', (env, warning) => {
    const { environment, warnings } = read(env)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(warning)
    expect(environment.batch).toEqual({ delayMs: 1000, maxQueue: 2048, maxBatch: 512 })
    expect(environment.propagators).toEqual(['tracecontext', 'baggage'])
  })

  test('a header that is wrong is warned of without its value', () => {
    const { environment, warnings } = read({ OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a,bad name=secret,x=a%0d%0ay' })
    expect(environment.headers).toEqual({ authorization: 'Bearer a' })
    expect(warnings).toEqual(['OTEL_EXPORTER_OTLP_HEADERS: 2 part(s) ignored that are no header as name=value'])
  })

  test('an empty variable is as one that is not set', () => {
    const { environment, warnings } = read({ OTEL_TRACES_SAMPLER: '', OTEL_BSP_MAX_QUEUE_SIZE: ' ', OTEL_SERVICE_NAME: '' })
    expect(warnings).toEqual([])
    expect(environment.sampler).toBeUndefined()
    expect(environment.serviceName).toBeUndefined()
  })
})

test.each([
  ['always_on', { ratio: 1, parentBased: false }],
  ['always_off', { ratio: 0, parentBased: false }],
  ['traceidratio', { ratio: 0.5, parentBased: false }],
  ['parentbased_always_on', { ratio: 1, parentBased: true }],
  ['parentbased_always_off', { ratio: 0, parentBased: true }],
  ['parentbased_traceidratio', { ratio: 0.5, parentBased: true }],
])('sampler %s', (name, sampler) => {
  expect(read({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: '0.5' }).environment.sampler).toEqual(sampler)
})

test('the signal\'s own variables win over the general ones', () => {
  const { environment } = read({
    OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=1',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=2',
    OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '2000',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
    OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'gzip',
    OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '100',
    OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '200',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=attr,deployment.environment.name=staging,team=a%20b',
    OTEL_SERVICE_NAME: 'env',
  })
  expect(environment).toMatchObject({
    headers: { a: '1', b: '2' },
    timeoutMs: 2000,
    gzip: true,
    valueLength: 200,
    serviceName: 'env',
    environment: 'staging',
    resource: { team: 'a b' },
  })
})

test('Retry-After in seconds, as a date, and as neither', () => {
  const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT')
  expect(parseRetryAfter('3', now)).toBe(3000)
  expect(parseRetryAfter('Wed, 21 Oct 2026 07:28:05 GMT', now)).toBe(5000)
  expect(parseRetryAfter('Wed, 21 Oct 2026 07:27:00 GMT', now)).toBe(0)
  expect(parseRetryAfter('soon', now)).toBeUndefined()
  expect(parseRetryAfter('86400', now)).toBe(300_000)
})
