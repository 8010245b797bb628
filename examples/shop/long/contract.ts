import {
  Client,
  type ClientOptions,
  credentials,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { tracingClientInterceptor, tracingServerInterceptor } from '@spanguard/runtime/grpc'

export interface Order {
  readonly id: string
  readonly amount: number
  readonly currency: string
  readonly card: string
}

/** What the services ask each other over gRPC: one method each, messages as JSON. */
export interface Contract {
  readonly '/shop.auth.v1.Auth/Check': { readonly request: { readonly token: string }; readonly response: { readonly customer: string } }
  readonly '/shop.payment.v1.Payment/Process': { readonly request: Order; readonly response: { readonly status: string } }
}
type Path = keyof Contract

const encode = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const decode = (bytes: Buffer): unknown => JSON.parse(bytes.toString())

/** Serves one method on a free port and says which. */
export function serve<P extends Path>(name: string, path: P, handle: (request: Contract[P]['request']) => Promise<Contract[P]['response']>): void {
  const server = new Server({ interceptors: [tracingServerInterceptor()] })
  const method = { path, requestStream: false, responseStream: false, requestSerialize: encode, requestDeserialize: decode, responseSerialize: encode, responseDeserialize: decode }
  const implementation: UntypedServiceImplementation = {
    method: (call: ServerUnaryCall<Contract[P]['request'], unknown>, callback: sendUnaryData<unknown>) => {
      handle(call.request).then(
        (value) => {
          callback(null, value)
        },
        (error: unknown) => {
          callback(error as ServiceError)
        },
      )
    },
  }
  server.addService({ method }, implementation)
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error
    console.log(`${name} listening on ${String(port)}`)
  })
}

/** A client of one method. */
export function connect<P extends Path>(address: string, path: P): (request: Contract[P]['request']) => Promise<Contract[P]['response']> {
  const options: ClientOptions = { interceptors: [tracingClientInterceptor()] }
  const client = new Client(address, credentials.createInsecure(), options)
  return (request) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, encode, decode, request, (error, value) => {
        if (error === null) resolve(value as Contract[P]['response'])
        else reject(error)
      })
    })
}
