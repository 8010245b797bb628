import '../tracing.js'
import type { AddressInfo } from 'node:net'
import { Queue } from 'bullmq'
import fastify from 'fastify'
import pg from 'pg'
import { stage, withSpan } from '@spanguard/runtime'
import { bullmqTelemetry } from '@spanguard/runtime/bullmq'
import { fastifyTracing } from '@spanguard/runtime/fastify'
import { connect, type Order } from '../contract.js'
import { addressOf } from '../environment.js'
import { invoices } from '../invoices.js'

const pay = connect(addressOf('PAYMENT_ADDRESS'), '/shop.payment.v1.Payment/Process')
const database = new pg.Pool({ connectionString: addressOf('DATABASE_URL') })
const queue = invoices === null ? null : new Queue(invoices.name, { ...invoices.options, telemetry: bullmqTelemetry() })

const app = fastify()
app.register(fastifyTracing)
app.post<{ Body: Order }>('/orders', async ({ body: order }, reply) => {
  try {
    const { status } = await placeOrder(order)
    return await reply.code(201).send({ id: order.id, status })
  } catch {
    return reply.code(502).send({ id: order.id, status: 'refused' })
  }
})

async function placeOrder(order: Order): Promise<{ readonly status: string }> {
  return withSpan('order.place', { attributes: { 'order.id': order.id } }, async () => {
    await stage('storage', () => database.query('INSERT INTO orders (id, amount, currency) VALUES ($1, $2, $3)', [order.id, order.amount, order.currency]))
    const paid = await stage('payment', () => pay(order))
    await stage('invoice', async () => queue?.add('send', { order: order.id, amount: order.amount }, { removeOnComplete: true }))
    return paid
  })
}

app.listen({ port: 0, host: '127.0.0.1' }, (error) => {
  if (error !== null) throw error
  console.log(`orders listening on ${String((app.server.address() as AddressInfo).port)}`)
})
