import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'

interface Order {
  id: string
  amount: number
  currency: string
  status: string
}

const payments = process.env['PAYMENT_URL'] ?? 'http://127.0.0.1:3002'
const placed = new Map<string, Order>()

export function createApp(): FastifyInstance {
  const app = Fastify()

  app.get<{ Params: { id: string } }>('/orders/:id', async (request, reply) => {
    const order = placed.get(request.params.id)
    return order ?? reply.code(404).send({ error: 'no such order' })
  })

  app.post<{ Body: { amount: number; currency: string; card: unknown } }>('/orders', async (request, reply) => {
    const { amount, currency, card } = request.body
    const order = { id: randomUUID(), amount, currency, status: 'open' }
    const payment = await fetch(`${payments}/payments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ order: order.id, amount, currency, card }),
    })
    order.status = ((await payment.json()) as { status: string }).status
    placed.set(order.id, order)
    return reply.code(payment.status).send(order)
  })

  return app
}
