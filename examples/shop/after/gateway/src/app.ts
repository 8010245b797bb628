import { withSpan } from '@spanguard/runtime'
import { expressTracing } from '@spanguard/runtime/express'
import express, { type Express } from 'express'
import { findOrder, placeOrder } from './orders.js'
import { refunds } from './refunds.js'

export function createApp(): Express {
  const app = express()
  app.use(expressTracing())
  app.use(express.json())
  app.use('/refunds', refunds)

  app.post('/checkout', async (request, response) => {
    const { status, body } = await withSpan('checkout.submit', () => placeOrder(request.body))
    response.status(status).json(body)
  })

  app.get('/orders/:id', async (request, response) => {
    const { status, body } = await withSpan('order.find', () => findOrder(request.params.id))
    response.status(status).json(body)
  })

  return app
}
