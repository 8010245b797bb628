// One variant of a gRPC server with its client in one process: answers each message with the CPU of a round, in µs per call.
import { createRequire } from 'node:module'

const [variant, calls] = [process.argv[2], Number(process.argv[3])]
const require = createRequire(import.meta.url)
if (variant !== 'none') {
  const { initTracing } = await import('@spanguard/runtime')
  initTracing({ serviceName: 'bench', sampling: { ratio: 1 }, signals: false })
}
if (variant === 'official') {
  const { registerInstrumentations } = require('@opentelemetry/instrumentation')
  const { GrpcInstrumentation } = require('@opentelemetry/instrumentation-grpc')
  registerInstrumentations({ instrumentations: [new GrpcInstrumentation()] })
}
// Required, so that the instrumentation sees it.
const grpc = require('@grpc/grpc-js')
const own = variant === 'spanguard' ? await import('@spanguard/runtime/grpc') : null

const identity = bytes => bytes
const Get = { path: '/bench.v1.Orders/Get', requestStream: false, responseStream: false, requestSerialize: identity, requestDeserialize: identity, responseSerialize: identity, responseDeserialize: identity }
const server = new grpc.Server({ interceptors: own === null ? [] : [own.tracingServerInterceptor()] })
server.addService({ Get }, { Get: (call, callback) => callback(null, call.request) })
const port = await new Promise(resolve => server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (_, bound) => resolve(bound)))
const Client = grpc.makeGenericClientConstructor({ Get }, 'Orders')
const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), { interceptors: own === null ? [] : [own.tracingClientInterceptor()] })
const message = Buffer.from('{"id":42}')
const call = () => new Promise((resolve, reject) => client.Get(message, error => (error ? reject(error) : resolve())))

async function round(count) {
  const from = process.cpuUsage()
  for (let left = count; left > 0; left -= 10) await Promise.all(Array.from({ length: 10 }, call))
  const { user, system } = process.cpuUsage(from)
  return (user + system) / count
}

await round(calls)
process.on('message', async () => process.send([await round(calls)]))
process.on('disconnect', () => process.exit())
process.send('ready')
