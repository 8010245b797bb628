import { endServerSpan, getServerSpan, markRequest, type ServerRequest, type ServerSpan, startRequestSpan } from './server-span.js'
import { watchUpgrade } from './upgrade.js'

interface ClosableSocket {
  on(event: 'close', listener: () => void): unknown
}

/**
 * The SERVER span of a request that came by a server's `upgrade` event: there is no response, only the socket, and the
 * span ends with the first answer written to it, or with the connection when there is none.
 */
export function upgradeSpan(request: ServerRequest, socket: ClosableSocket): ServerSpan {
  const known = getServerSpan(request)
  if (known !== null) return known
  const server = startRequestSpan(request)
  markRequest(request, server)
  watchUpgrade(socket, status => {
    endServerSpan(server, status, true)
  })
  // A connection that closes without an answer: whoever closed it, no handler failed.
  socket.on('close', () => {
    endServerSpan(server, null, true)
  })
  return server
}
