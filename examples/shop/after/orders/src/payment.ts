const payments = process.env['PAYMENT_URL'] ?? 'http://127.0.0.1:3002'

export interface Card {
  number: string
  holder: string
}

/** Asks for the money. An order whose payment could not be taken stays open. */
export async function pay(
  order: { id: string; amount: number; currency: string },
  card: Card,
): Promise<{ code: number; status: string }> {
  const response = await fetch(`${payments}/payments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ order: order.id, amount: order.amount, currency: order.currency, card }),
  })
  const { status } = (await response.json()) as { status: string }
  return { code: response.ok ? 201 : 502, status }
}
