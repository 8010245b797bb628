import './tracing.js'
import type { AddressInfo } from 'node:net'
import { server } from './server.js'

server.on('error', (error) => {
  console.error(`payment cannot listen: ${error.message}. Set PORT to a free port.`)
  process.exit(1)
})
server.listen(Number(process.env['PORT'] ?? 3002), '127.0.0.1', () => {
  console.log(`payment listening on ${(server.address() as AddressInfo).port}`)
})
