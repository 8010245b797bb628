import type { status} from '@grpc/grpc-js';
import { Metadata, Server, ServerCredentials, type ServiceError } from '@grpc/grpc-js'
import { gunzipSync } from 'node:zlib'
import { decodeExportRequest, type DecodedSpan } from '../receiver/otlp.js'
import type { Certificates } from './certificates.js'

/** `ok`, `hang`, an error of this code, with a RetryInfo of so many ms, or a partialSuccess that rejects so many spans. */
export type GrpcMode = 'ok' | 'hang' | { readonly code: status; readonly retryMs?: number } | { readonly rejectedSpans: number }

export interface GrpcReceiver {
  readonly port: number
  readonly spans: () => readonly DecodedSpan[]
  /** The metadata of each export, answered or not. */
  readonly calls: () => readonly { readonly metadata: Readonly<Record<string, unknown>> }[]
  setMode(mode: GrpcMode): void
  close(): void
}

/** An OTLP/gRPC receiver on grpc-js, as a collector is one. With certificates it asks for the client's too. */
export async function startGrpcReceiver(certificates?: Certificates['pem']): Promise<GrpcReceiver> {
  let mode: GrpcMode = 'ok'
  const spans: DecodedSpan[] = []
  const calls: { metadata: Record<string, unknown> }[] = []
  const server = new Server()
  const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
  const identity = (bytes: Buffer): Buffer => bytes
  const Export = { path, requestStream: false, responseStream: false, requestSerialize: identity, requestDeserialize: identity, responseSerialize: identity, responseDeserialize: identity }
  server.addService(
    { Export },
    {
      Export: (call: { request: Buffer; metadata: Metadata }, callback: (error: Partial<ServiceError> | null, value?: Buffer) => void) => {
        calls.push({ metadata: call.metadata.getMap() })
        const request = call.request[0] === 0x1f ? gunzipSync(call.request) : call.request
        if (mode === 'hang') return
        if (typeof mode === 'object' && 'code' in mode) {
          callback({ code: mode.code, details: 'refused by the test', ...(mode.retryMs !== undefined && { metadata: retryInfo(mode.retryMs) }) })
          return
        }
        spans.push(...decodeExportRequest(request, 'application/x-protobuf'))
        callback(null, typeof mode === 'object' ? partialSuccess(mode.rejectedSpans) : Buffer.alloc(0))
      },
    },
  )
  const credentials =
    certificates === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          Buffer.from(certificates.ca),
          [{ private_key: Buffer.from(certificates.serverKey), cert_chain: Buffer.from(certificates.serverCert) }],
          true,
        )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => { if (error === null) resolve(bound); else reject(error) })
  })
  return {
    port,
    spans: () => spans,
    calls: () => calls,
    setMode(next) {
      mode = next
    },
    close() {
      server.forceShutdown()
    },
  }
}

const field = (number: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes])

/** ExportTraceServiceResponse { partial_success { rejected_spans } } */
const partialSuccess = (rejected: number): Buffer => field(1, Buffer.from([0x08, rejected]))

/** google.rpc.Status { details: [RetryInfo { retry_delay }] } */
function retryInfo(ms: number): Metadata {
  const nanos: number[] = []
  for (let rest = (ms % 1000) * 1e6; rest > 0; rest = Math.floor(rest / 128)) nanos.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
  const duration = Buffer.from([0x08, Math.floor(ms / 1000), ...(nanos.length > 0 ? [0x10, ...nanos] : [])])
  const any = Buffer.concat([field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')), field(2, field(1, duration))])
  const metadata = new Metadata()
  metadata.set('grpc-status-details-bin', Buffer.concat([Buffer.from([0x08, 14]), field(3, any)]))
  return metadata
}
