import { DemoError } from './terminal.js'

/** What a customer's browser sends: a token, an e-mail address in a free text, a card. */
export interface Checkout {
  /** In euros; over 1,000 the fraud check fails. */
  readonly amount: number
  /** Comes back at the start of a span's `order.reference`, so that a run finds its own traces. */
  readonly reference: string
}

const card = '4111111111111111'
const email = 'jane.doe@example.com'
const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk'

/** Sends a checkout to the gateway and returns the status of its answer. */
export async function checkOut(gateway: string, { amount, reference }: Checkout): Promise<number> {
  try {
    const response = await fetch(`${gateway}/checkout`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ amount, currency: 'EUR', reference: `${reference} ${email}`, card: { number: card, holder: 'Jane Doe' } }),
      signal: AbortSignal.timeout(10_000),
    })
    await response.arrayBuffer()
    return response.status
  } catch (error) {
    throw new DemoError(`The gateway at ${gateway} did not answer: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** What the requests carried that has no place in a trace, and that stands in this text nevertheless. */
export function secretsIn(text: string): readonly string[] {
  return Object.entries({ 'the card number': card, 'the bearer token': token, 'the e-mail address': email })
    .filter(([, secret]) => text.includes(secret))
    .map(([name]) => name)
}
