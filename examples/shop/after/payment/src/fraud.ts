import { withSpan } from '@spanguard/runtime'
import type { Payment } from './payment.js'

/** Scores a payment, and throws when it may not go through. */
export async function checkFraud(payment: Payment): Promise<number> {
  return withSpan('fraud.check', async (span) => {
    const score = await scoreOf(payment)
    span.setAttribute('fraud.score', score)
    if (score > 80) {
      throw new Error(`card ${payment.card.number} scored ${score}`)
    }
    return score
  })
}

/** Stands for the call to a scoring service. */
async function scoreOf(payment: Payment): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 15))
  return payment.amount > 1000 ? 97 : 12
}
