import path from 'node:path'

/** What test/fixtures/rpc/orders.mjs exports. */
interface Fixture {
  readonly seen: { cancelled: number; cancelledIn?: string | null; metadata: Record<string, unknown>[]; attempts: number }
  startOrders(interceptors?: readonly unknown[], options?: object): Promise<OrdersServer>
  connect(target: string, interceptors?: readonly unknown[], options?: object): OrdersClient
}
export interface OrdersServer {
  readonly port: number
  close(): void
}
export interface Answer {
  /** gRPC's status code. */
  readonly code: number
  /** What the server answered with: the span that is active in its handler, as far as it says. */
  readonly value?: { readonly span: string | null; readonly count?: number; readonly spans?: readonly string[] }
  /** The span that is active in the client's callback. */
  readonly span: string | null
}
export interface StreamAnswer {
  readonly code: number
  readonly values: readonly { readonly span: string | null }[]
  readonly spans: readonly (string | null)[]
}
interface Message {
  readonly code?: number
  readonly count?: number
  readonly [key: string]: unknown
}
export interface OrdersClient {
  readonly client: { List(message: Message): { cancel(): void; on(event: string, listener: (value: unknown) => void): unknown } }
  get(message: Message, options?: object): Promise<Answer>
  check(): Promise<Answer>
  upload(messages: readonly Message[]): Promise<Answer>
  list(message: Message): Promise<StreamAnswer>
  throwing(): Promise<StreamAnswer>
  chat(messages: readonly Message[]): Promise<StreamAnswer>
  close(): void
}

export const fixtures = path.resolve(import.meta.dirname, '../../fixtures/rpc')

export const orders = (await import(path.join(fixtures, 'orders.mjs'))) as Fixture
