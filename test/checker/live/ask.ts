import { connect } from 'node:net'
import * as grpc from '@grpc/grpc-js'
import { connect as connectNats } from '@nats-io/transport-node'
import amqplib from 'amqplib'
import { Queue } from 'bullmq'
import kafkajs from 'kafkajs'
import type { HandlerResult } from '../../../src/checker/index.js'
import { startKafkaBroker } from '../../runtime/messaging/kafka-broker.js'
import { findService, orNowhere, type Service, type ServiceName } from '../../services.js'
import type { Running } from './run.js'

/** What a fixture service needs beside it, and how one of its handlers is made to run. */
export interface Surroundings {
  /** For the service's environment: where its broker is. */
  readonly env: Readonly<Record<string, string>>
  close(): Promise<void>
}

export interface Asking {
  readonly running: Running
  readonly surroundings: Surroundings
  /** What the request or message is, where the checker's answer does not say it: `POST /orders.list`, the name of a queue. */
  readonly target: string
  /** How many servers the service has; 1. `GET /users#1` asks the second. */
  readonly servers: number
  /** What an HTTP server answers; 200 to 299 where nothing is said. */
  readonly status?: number
}

/** Makes a handler run and resolves once it has; rejects when it does not. */
type Ask = (asking: Asking) => Promise<void>

interface Transport {
  readonly ask: Ask
  /** The broker that it needs, one of those that `scripts/start-services.sh` starts. */
  readonly broker?: ServiceName
  /** Makes what it needs; nothing where it is left out. @param queue whose name nobody else uses */
  readonly prepare?: (queue: string) => Promise<Surroundings>
}

const nothing: Surroundings = { env: {}, close: async () => {} }

const brokerOf = (name: ServiceName): Service => orNowhere(findService(name))
/** As services are told of their broker: by variables. */
const environmentOf = (name: ServiceName, queue: string): Record<string, string> => {
  const { host, port } = brokerOf(name)
  return { BROKER_HOST: host, BROKER_PORT: String(port), QUEUE: queue }
}
const kafkaOf = (address: string): kafkajs.Kafka => new kafkajs.Kafka({ clientId: 'test', brokers: [address], logLevel: kafkajs.logLevel.NOTHING })

/** By the name that the checker gives the framework. What stands on Node's servers is asked over HTTP. */
const transports: Readonly<Record<string, Transport>> = {
  'aws-lambda': { ask: ranOnce },
  amqplib: {
    broker: 'amqp',
    prepare: queue => Promise.resolve({ env: environmentOf('amqp', queue), close: async () => {} }),
    async ask({ running, surroundings }) {
      const { host, port } = brokerOf('amqp')
      const connection = await amqplib.connect(`amqp://guest:guest@${host}:${String(port)}`)
      const channel = await connection.createChannel()
      await running.printed(/consuming/u)
      channel.sendToQueue(surroundings.env['QUEUE'] ?? '', Buffer.from('{}'))
      await channel.close()
      await connection.close()
      await ranOnce({ running })
    },
  },
  bullmq: {
    broker: 'redis',
    prepare: async queue => {
      const jobs = new Queue(queue, { connection: { ...brokerOf('redis') } })
      await jobs.add('send', {})
      return {
        env: environmentOf('redis', queue),
        async close() {
          await jobs.obliterate({ force: true })
          await jobs.close()
        },
      }
    },
    ask: ranOnce,
  },
  cron: { ask: ranOnce },
  grpc: {
    async ask({ running, target }) {
      const [port = ''] = await running.printed(/listening on (\d+)/u)
      const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure())
      try {
        await new Promise<void>((resolve, reject) => {
          const bytes = (value: Buffer): Buffer => value
          client.makeUnaryRequest(`/shop.orders.v1.Orders/${target}`, bytes, bytes, Buffer.from('{}'), error => {
            if (error) reject(error)
            else resolve()
          })
        })
      } finally {
        client.close()
      }
    },
  },
  'house-queue': {
    async ask({ running, target }) {
      running.write(target)
      await running.printed(new RegExp(`handled ${target}`, 'u'))
    },
  },
  'house-server': {
    async ask({ running, target }) {
      const [port = '0'] = await running.printed(/listening on (\d+)/u)
      await new Promise<void>((resolve, reject) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.write(`${target}\n`))
        socket.once('error', reject).once('data', () => {
          socket.end()
          resolve()
        })
      })
    },
  },
  kafkajs: {
    prepare: async queue => {
      const broker = await startKafkaBroker()
      const producer = kafkaOf(broker.address).producer()
      await producer.connect()
      await producer.send({ topic: queue, messages: [{ value: '{}' }] })
      await producer.disconnect()
      return { env: { BROKER: broker.address, QUEUE: queue }, close: () => broker.close() }
    },
    ask: ranOnce,
  },
  nats: {
    broker: 'nats',
    prepare: queue => Promise.resolve({ env: environmentOf('nats', queue), close: async () => {} }),
    async ask({ running, surroundings }) {
      const { host, port } = brokerOf('nats')
      const connection = await connectNats({ servers: `${host}:${String(port)}` })
      await running.printed(/subscribed/u)
      connection.publish(surroundings.env['QUEUE'] ?? '', '{}')
      await connection.drain()
      await ranOnce({ running })
    },
  },
}

/** How the handlers of a framework are asked. */
export function transportOf(framework: string): Transport {
  return transports[framework] ?? { ask: overRoute }
}

/** What a transport needs, made. */
export async function prepare({ prepare: make }: Transport, queue: string): Promise<Surroundings> {
  return make ? await make(queue) : nothing
}

/** The request of a handler as the checker's answer gives it: `GET /orders/1` for `GET /orders/:id`. */
export function targetOf({ framework, method, route }: HandlerResult): string {
  if (framework === 'graphql') return `${method ?? ''} ${route ?? ''}`
  if (framework in transports) return route ?? ''
  const path = `/${route ?? ''}`.replace(/^\/+/u, '/').replace(/:\w+|\[\w+\]|\$\w+|\*/gu, '1')
  return `${method === null || method === '*' ? 'GET' : method} ${path}`
}

/** The fixtures' consumers say so when they have run. */
async function ranOnce({ running }: Pick<Asking, 'running'>): Promise<void> {
  await running.printed(/handled/u)
}

/** `GET /orders`, or a field of GraphQL and where it is asked for: `Query order /graphql`. */
async function overRoute(asking: Asking): Promise<void> {
  const [method = 'GET', path = '/', endpoint = '/graphql'] = asking.target.split(' ')
  if (method === 'Query' || method === 'Mutation') await overHttp(asking, 'POST', endpoint, JSON.stringify({ query: `${method.toLowerCase()} { ${path} }` }))
  else await overHttp(asking, method, path, method === 'POST' ? '{}' : undefined)
}

async function overHttp({ running, servers, status }: Asking, method: string, path: string, body?: string): Promise<void> {
  const [url = '/', server = '0'] = path.split('#')
  const port = (await running.printed(/listening on (\d+)/u, servers))[Number(server)] ?? ''
  const response = await fetch(`http://127.0.0.1:${port}${url}`, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    ...(body !== undefined && { body }),
  })
  const text = await response.text()
  if (status === undefined ? !response.ok : response.status !== status) throw new Error(`${method} ${path} was answered with ${String(response.status)} ${text.slice(0, 300)}`)
}
