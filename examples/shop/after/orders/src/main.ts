import './tracing.js'
import type { AddressInfo } from 'node:net'
import { createApp } from './app.js'

try {
  const app = createApp()
  await app.listen({ port: Number(process.env['PORT'] ?? 3001), host: '127.0.0.1' })
  console.log(`orders listening on ${(app.server.address() as AddressInfo).port}`)
} catch (error) {
  console.error(`orders cannot listen: ${(error as Error).message}. Set PORT to a free port.`)
  process.exit(1)
}
