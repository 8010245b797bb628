// A collector that takes everything without looking at it, or fails as MODE says; so that decoding costs the bench nothing.
import { createServer } from 'node:http'

const mode = process.env.MODE
const server = createServer((request, response) => {
  request.resume()
  if (mode === 'hang') return
  if (mode === 'reset') {
    request.socket.resetAndDestroy()
    return
  }
  request.on('end', () => {
    response.statusCode = mode === '503' ? 503 : 200
    response.end()
  })
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  if (mode !== 'refuse') process.send(port)
  else server.close(() => process.send(port))
})
process.on('disconnect', () => process.exit())
process.on('message', () => {})
