import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { checkFraud } from './fraud.js'
import type { Payment } from './payment.js'

const tracer = trace.getTracer('payment')

export const server: Server = createServer((request, response) => {
  const caller = propagation.extract(context.active(), request.headers)
  void tracer.startActiveSpan('POST /payments', { kind: SpanKind.SERVER }, caller, async (span) => {
    try {
      const payment = await readPayment(request)
      span.setAttribute('payment.card_number', payment.card.number)
      span.setAttribute('payment.amount', payment.amount)
      reply(response, 201, { status: await settle(payment) })
    } finally {
      span.end()
    }
  })
})

async function settle(payment: Payment): Promise<string> {
  return tracer.startActiveSpan('payment.settle', async (span) => {
    try {
      await checkFraud(payment)
      await charge(payment)
      return 'paid'
    } catch (error) {
      console.error(error)
      return 'pending'
    } finally {
      span.end()
    }
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
