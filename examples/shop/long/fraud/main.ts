import '../tracing.js'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { withSpan } from '@spanguard/runtime'
import { traceHandler } from '@spanguard/runtime/http'

const server = createServer(
  traceHandler(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { amount } = JSON.parse(Buffer.concat(chunks).toString()) as { amount: number }
    const score = await withSpan('fraud.check', async (span) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      const found = amount > 1000 ? 97 : 12
      span.setAttribute('fraud.score', found)
      return found
    })
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ score }))
  }),
)
server.listen(0, '127.0.0.1', () => {
  console.log(`fraud listening on ${String((server.address() as AddressInfo).port)}`)
})
