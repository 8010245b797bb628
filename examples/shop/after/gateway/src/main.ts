import './tracing.js'
import { createApp } from './app.js'

const server = createApp().listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', (error) => {
  if (error) {
    console.error(`gateway cannot listen: ${error.message}. Set PORT to a free port.`)
    process.exit(1)
  }
  const address = server.address()
  console.log(`gateway listening on ${typeof address === 'object' ? address?.port : address}`)
})
