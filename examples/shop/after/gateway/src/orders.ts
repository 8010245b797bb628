const orders = process.env['ORDERS_URL'] ?? 'http://127.0.0.1:3001'

export interface Answer {
  status: number
  body: unknown
}

export async function placeOrder(order: unknown): Promise<Answer> {
  return answerOf(
    await fetch(`${orders}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    }),
  )
}

export async function findOrder(id: string): Promise<Answer> {
  return answerOf(await fetch(`${orders}/orders/${encodeURIComponent(id)}`))
}

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, body: await response.json() }
}
