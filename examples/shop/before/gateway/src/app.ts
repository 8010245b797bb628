import { context, propagation, trace } from '@opentelemetry/api'
import express, { type Express } from 'express'
import { refunds } from './refunds.js'

const tracer = trace.getTracer('gateway')
const orders = process.env['ORDERS_URL'] ?? 'http://127.0.0.1:3001'

export function createApp(): Express {
  const app = express()
  app.use('/refunds', refunds)

  app.use((request, response, next) => {
    tracer.startActiveSpan('handler', (span) => {
      span.setAttribute('http.request.header.authorization', request.headers.authorization ?? '')
      response.once('close', () => span.end())
      next()
    })
  })
  app.use(express.json())

  app.post('/checkout', async (request, response) => {
    const reply = await fetch(`${orders}/orders`, {
      method: 'POST',
      headers: traced({ 'content-type': 'application/json' }),
      body: JSON.stringify(request.body),
    })
    response.status(reply.status).json(await reply.json())
  })

  app.get('/orders/:id', (request, response) =>
    tracer.startActiveSpan(`order ${request.params.id}`, async (span) => {
      try {
        const reply = await fetch(`${orders}/orders/${request.params.id}`, { headers: traced({}) })
        response.status(reply.status).json(await reply.json())
      } finally {
        span.end()
      }
    }),
  )

  return app
}

function traced(headers: Record<string, string>): Record<string, string> {
  propagation.inject(context.active(), headers)
  return headers
}
