import '../tracing.js'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { stage, withSpan } from '@spanguard/runtime'
import { fastifyTracing } from '@spanguard/runtime/fastify'
import { connect, type Order } from '../contract.js'
import { addressOf } from '../environment.js'

const pay = connect(addressOf('PAYMENT_ADDRESS'), '/shop.payment.v1.Payment/Process')

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
  return withSpan('order.place', { attributes: { 'order.id': order.id } }, async () => stage('payment', () => pay(order)))
}

app.listen({ port: 0, host: '127.0.0.1' }, (error) => {
  if (error !== null) throw error
  console.log(`orders listening on ${String((app.server.address() as AddressInfo).port)}`)
})
