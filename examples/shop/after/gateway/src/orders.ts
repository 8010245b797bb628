import { context, propagation } from '@opentelemetry/api'

const orders = process.env['ORDERS_URL'] ?? 'http://127.0.0.1:3001'

export interface Answer {
  status: number
  body: unknown
}

export async function placeOrder(order: unknown): Promise<Answer> {
  return answerOf(
    await fetch(`${orders}/orders`, {
      method: 'POST',
      headers: traced({ 'content-type': 'application/json' }),
      body: JSON.stringify(order),
    }),
  )
}

export async function findOrder(id: string): Promise<Answer> {
  return answerOf(await fetch(`${orders}/orders/${encodeURIComponent(id)}`, { headers: traced({}) }))
}

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, body: await response.json() }
}

/** The context of the active span goes along, so that the next service continues this trace. */
function traced(headers: Record<string, string>): Record<string, string> {
  propagation.inject(context.active(), headers)
  return headers
}
