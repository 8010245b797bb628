import '../tracing.js'
import { status } from '@grpc/grpc-js'
import { stage, withSpan } from '@spanguard/runtime'
import { type Order, serve } from '../contract.js'
import { addressOf } from '../environment.js'

const fraud = addressOf('FRAUD_URL')

serve('payment', '/shop.payment.v1.Payment/Process', async (order) =>
  withSpan('payment.process', { attributes: { 'payment.amount': order.amount, 'payment.currency': order.currency } }, async () => {
    await stage('fraud-check', () => checkFraud(order))
    return { status: 'paid' }
  }),
)

async function checkFraud({ amount, id }: Order): Promise<void> {
  const answer = await fetch(`${fraud}/scores/${id}`, { method: 'POST', body: JSON.stringify({ amount }) })
  const { score } = (await answer.json()) as { score: number }
  if (score > 80) throw Object.assign(new Error(`scored ${String(score)}`), { code: status.FAILED_PRECONDITION })
}
