import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { redacted, stage, withSpan } from '@spanguard/runtime'
import { traceHandler } from '@spanguard/runtime/http'
import { checkFraud } from './fraud.js'
import type { Payment } from './payment.js'

export const server: Server = createServer(
  traceHandler(async (request, response) => {
    try {
      reply(response, 201, { status: await settle(await readPayment(request)) })
    } catch {
      // The span that failed says why, and at which stage; the caller learns only that it did.
      reply(response, 503, { status: 'open' })
    }
  }),
)

async function settle(payment: Payment): Promise<string> {
  const attributes = {
    'payment.amount': payment.amount,
    'payment.currency': payment.currency,
    'payment.card.last4': redacted(payment.card.number, { keepLast: 4 }),
  }
  return withSpan('payment.process', { attributes }, async () => {
    await stage('fraud-check', () => checkFraud(payment))
    await stage('charge', () => charge(payment))
    return 'paid'
  })
}

async function readPayment(request: IncomingMessage): Promise<Payment> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString()) as Payment
}

/** Stands for the call to a bank. */
async function charge(_payment: Payment): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 25))
}

function reply(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
