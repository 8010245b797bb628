// The load generator, in a process of its own: sends COUNT requests over CONNECTIONS kept connections, as told over IPC,
// and answers with the latencies' percentiles.
import { Agent, get } from 'node:http'

process.on('message', async ({ port, count, connections }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const latencies = new Float64Array(count)
  let sent = 0
  let failed = 0
  const one = index =>
    new Promise(resolve => {
      const from = performance.now()
      const done = () => {
        latencies[index] = performance.now() - from
        resolve()
      }
      get({ host: '127.0.0.1', port, path: '/orders/42?token=abc', agent }, response => {
        if (response.statusCode !== 200) failed++
        response.resume().on('end', done)
      }).on('error', () => {
        failed++
        done()
      })
    })
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (sent < count) await one(sent++)
    }),
  )
  agent.destroy()
  latencies.sort()
  process.send({ failed, p50: latencies[Math.floor(count * 0.5)], p99: latencies[Math.floor(count * 0.99)] })
})
