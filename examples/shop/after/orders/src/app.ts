import { randomUUID } from 'node:crypto'
import { withSpan } from '@spanguard/runtime'
import { fastifyTracing } from '@spanguard/runtime/fastify'
import Fastify, { type FastifyInstance } from 'fastify'
import { pay, type Card } from './payment.js'

interface Order {
  id: string
  amount: number
  currency: string
  status: string
}

const placed = new Map<string, Order>()

export function createApp(): FastifyInstance {
  const app = Fastify()
  app.register(fastifyTracing)

  app.get<{ Params: { id: string } }>('/orders/:id', async (request, reply) => {
    const order = placed.get(request.params.id)
    return order ?? reply.code(404).send({ error: 'no such order' })
  })

  app.post<{ Body: { amount: number; currency: string; reference?: string; card: Card } }>(
    '/orders',
    async (request, reply) => {
      const { amount, currency, reference, card } = request.body
      const order = { id: randomUUID(), amount, currency, status: 'open' }
      const attributes = { 'order.id': order.id, 'order.reference': reference ?? '' }
      const payment = await withSpan('order.place', { attributes }, () => pay(order, card))
      order.status = payment.status
      placed.set(order.id, order)
      return reply.code(payment.code).send(order)
    },
  )

  return app
}
