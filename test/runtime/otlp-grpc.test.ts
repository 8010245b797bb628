import { status } from '@grpc/grpc-js'
import { ROOT_CONTEXT } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { createServer as createPlainServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createGrpcTransport } from '../../runtime/src/export/grpc-transport.js'
import { retryDelayOf } from '../../runtime/src/export/grpc-retry.js'
import { createPipeline, type Pipeline } from '../../runtime/src/export/pipeline.js'
import type { TransportOptions } from '../../runtime/src/export/transport.js'
import { decodeExportRequest, type DecodedSpan } from '../receiver/otlp.js'
import { type Certificates, makeCertificates } from './certificates.js'
import { type GrpcReceiver, startGrpcReceiver } from './grpc-receiver.js'
import { fixtures, startNode } from './processes.js'

let folder: string
let certificates: Certificates
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'spanguard-tls-'))
  certificates = makeCertificates(folder)
})
afterAll(() => { rmSync(folder, { recursive: true }) })

let receiver: GrpcReceiver
let pipeline: Pipeline
let provider: TracerProvider
beforeEach(async () => {
  receiver = await startGrpcReceiver()
})
afterEach(() => { receiver.close() })

function build(options: Partial<TransportOptions> = {}): void {
  pipeline = createPipeline({
    transport: createGrpcTransport({ url: new URL(`http://127.0.0.1:${receiver.port}`), headers: () => ({}), timeoutMs: 1000, gzip: false, tls: {}, ...options }),
    batch: { delayMs: 60_000, maxQueue: 2048, maxBatch: 512 },
    redact: span => span,
  })
  provider = new TracerProvider({ spanProcessors: [pipeline] })
}
function end(count: number): void {
  for (let i = 0; i < count; i++) provider.getTracer('t').startSpan('a.b', {}, ROOT_CONTEXT).end()
}

describe('to a collector on grpc-js', () => {
  afterEach(() => pipeline.close(0))

  test.each([false, true])('every span arrives, gzip %s', async gzip => {
    build({ gzip, headers: () => ({ 'x-scope-orgid': 'tenant-1' }) })
    end(600)
    expect(await pipeline.flush(5000)).toBe(true)
    expect(receiver.spans()).toHaveLength(600)
    expect(receiver.calls().map(({ metadata }) => metadata['x-scope-orgid'])).toEqual(['tenant-1', 'tenant-1'])
    expect(pipeline.counts()).toMatchObject({ ended: 600, exported: 600, pending: 0 })
  })

  test('a partialSuccess is counted', async () => {
    build()
    receiver.setMode({ rejectedSpans: 3 })
    end(10)
    expect(await pipeline.flush(2000)).toBe(false)
    expect(pipeline.counts()).toMatchObject({ exported: 7, dropped: { rejected: 3 } })
  })

  test.each([
    ['CANCELLED', true], ['UNKNOWN', false], ['INVALID_ARGUMENT', false], ['DEADLINE_EXCEEDED', true], ['PERMISSION_DENIED', false],
    ['RESOURCE_EXHAUSTED', false], ['ABORTED', true], ['OUT_OF_RANGE', true], ['UNIMPLEMENTED', false], ['INTERNAL', false],
    ['UNAVAILABLE', true], ['DATA_LOSS', true], ['UNAUTHENTICATED', false],
  ] as const)('%s is tried again: %s', async (code, again) => {
    build()
    receiver.setMode({ code: status[code] })
    end(2)
    expect(await pipeline.flush(500)).toBe(false)
    expect(pipeline.counts()).toMatchObject(again ? { pending: 2, dropped: { export_failed: 0 } } : { pending: 0, dropped: { export_failed: 2 } })
  })

  test('RESOURCE_EXHAUSTED is tried again when the collector says when', async () => {
    build()
    receiver.setMode({ code: status.RESOURCE_EXHAUSTED, retryMs: 1500 })
    end(2)
    await pipeline.flush(500)
    expect(pipeline.counts()).toMatchObject({ pending: 2 })
  })

  test('one that never answers is given up after the timeout, and the next connection works', async () => {
    build({ timeoutMs: 100 })
    receiver.setMode('hang')
    end(1)
    await pipeline.flush(1000)
    expect(pipeline.counts().pending).toBe(1)
    receiver.setMode('ok')
    expect(await pipeline.flush(5000)).toBe(true)
  })

  test('one that goes away is tried again later', async () => {
    build()
    end(1)
    await pipeline.flush(1000)
    receiver.close()
    end(1)
    expect(await pipeline.flush(1000)).toBe(false)
    expect(pipeline.counts().pending).toBe(1)
  })
})

test('what speaks no gRPC is no reason to wait', async () => {
  const server = createPlainServer((_, response) => response.end('hello'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  build({ url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) })
  end(1)
  expect(await pipeline.flush(2000)).toBe(false)
  await pipeline.close(0)
  server.close()
})

describe('RetryInfo', () => {
  test.each([
    [undefined, undefined],
    ['', undefined],
    ['!!!', undefined],
    ['CA4=', undefined],
    [Buffer.from([0x1a, 0x7f, 1]).toString('base64'), undefined],
  ])('%j is %j', (details, ms) => {
    expect(retryDelayOf(details)).toBe(ms)
  })
})

/** A program of a user, on the built package. */
function run(scenario: string, env: Record<string, string>): Promise<{ readonly code: number | null; readonly stderr: string; readonly ms: number }> {
  return startNode([path.join(fixtures, 'end.mjs')], { SCENARIO: scenario, TRACED: '1', ENVIRONMENT: 'test', OTEL_BSP_SCHEDULE_DELAY: '60000', ...env }).ended
}
const arrived = (spans: readonly DecodedSpan[]): number => new Set(spans.map(({ spanId }) => spanId)).size

describe('a service with OTEL_EXPORTER_OTLP_PROTOCOL=grpc', () => {
  test.each(['natural', 'process.exit', 'throw', 'rejection'])('%s: every buffered span arrives', async scenario => {
    await run(scenario, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: `127.0.0.1:${receiver.port}` })
    expect(arrived(receiver.spans())).toBe(100)
  })

  test('whose collector hangs ends all the same', async () => {
    receiver.setMode('hang')
    const { code } = await run('natural', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: `127.0.0.1:${receiver.port}` })
    expect(code).toBe(0)
    expect(receiver.spans()).toHaveLength(0)
  })
})

test.each(['http/protobuf', 'grpc'])('%s: no package of gRPC is loaded, and no exporter of another kind', async protocol => {
  const program = `
    import { createRequire } from 'node:module'
    import { initTracing, withSpan } from '@spanguard/runtime'
    const tracing = initTracing({ serviceName: 'loads' })
    withSpan('order.place', () => {})
    await tracing.flush({ timeoutMs: 2000 })
    const files = Object.keys(createRequire(process.execPath).cache)
    console.log(JSON.stringify([files.some(file => file.includes('/sdk-trace/')), files.filter(file => /@grpc|exporter-trace|otlp-/.test(file))]))
    process.exit()`
  const env = { ENVIRONMENT: 'test', OTEL_LOG_LEVEL: 'none', OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}` }
  const { stdout, stderr } = await startNode(['--input-type=module', '-e', program], env).ended
  expect(JSON.parse(stdout), stderr).toEqual([true, []])
})

describe('mutual TLS', () => {
  const tls = (prefix: string, { files }: Certificates): Record<string, string> => ({
    [`${prefix}CERTIFICATE`]: files.ca,
    [`${prefix}CLIENT_KEY`]: files.clientKey,
    [`${prefix}CLIENT_CERTIFICATE`]: files.clientCert,
  })

  describe('over gRPC', () => {
    let secure: GrpcReceiver
    beforeAll(async () => {
      secure = await startGrpcReceiver(certificates.pem)
    })
    afterAll(() => { secure.close() })
    const env = (): Record<string, string> => ({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: `https://localhost:${secure.port}` })

    test.each(['natural', 'process.exit'])('%s: spans arrive with the service\'s certificate', async scenario => {
      const before = arrived(secure.spans())
      await run(scenario, { ...env(), ...tls('OTEL_EXPORTER_OTLP_', certificates) })
      expect(arrived(secure.spans()) - before).toBe(100)
    })

    test('nothing arrives without it', async () => {
      const before = secure.spans().length
      const { code, stderr } = await run('natural', { ...env(), OTEL_EXPORTER_OTLP_CERTIFICATE: certificates.files.ca })
      expect(code).toBe(0)
      expect(stderr).toContain("spans can't be exported")
      expect(secure.spans()).toHaveLength(before)
    })
  })

  describe('over HTTP', () => {
    let server: Server
    let spans: DecodedSpan[]
    beforeAll(async () => {
      spans = []
      const { ca, serverKey, serverCert } = certificates.pem
      server = createServer({ ca, key: serverKey, cert: serverCert, requestCert: true, rejectUnauthorized: true }, (request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
          spans.push(...decodeExportRequest(Buffer.concat(chunks), 'application/x-protobuf'))
          response.end()
        })
      })
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    })
    afterAll(() => { server.close() })
    const env = (): Record<string, string> => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `https://localhost:${(server.address() as AddressInfo).port}` })

    test.each(['natural', 'process.exit'])('%s: spans arrive with the certificate of the traces\' own variables', async scenario => {
      const before = arrived(spans)
      // These win over the general ones, which name files that are none.
      const general = { OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere.pem', OTEL_EXPORTER_OTLP_CLIENT_KEY: '/nowhere.pem' }
      await run(scenario, { ...env(), ...general, ...tls('OTEL_EXPORTER_OTLP_TRACES_', certificates) })
      expect(arrived(spans) - before).toBe(100)
    })

    test('nothing arrives without it, or with an authority that the server is not of', async () => {
      const before = spans.length
      await run('natural', { ...env(), OTEL_EXPORTER_OTLP_CERTIFICATE: certificates.files.ca })
      await run('natural', { ...env(), ...tls('OTEL_EXPORTER_OTLP_', certificates), OTEL_EXPORTER_OTLP_CERTIFICATE: certificates.files.clientCert })
      expect(spans).toHaveLength(before)
    })

    test('a file that is not there is one error line that names it, and the service runs', async () => {
      const { code, stderr } = await run('natural', { ...env(), OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere.pem' })
      expect(code).toBe(0)
      expect(stderr.trim().split('\n')).toHaveLength(1)
      expect(stderr).toContain('"/nowhere.pem" can\'t be read (ENOENT)')
    })
  })
})
