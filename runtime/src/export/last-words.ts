import { exportPath } from './grpc-transport.js'
import type { Delivery } from './transport.js'

/**
 * Sends batches from a process of its own and waits for it: the only way to send anything once `exit` is emitted, when
 * no event loop turns any more. Measured: 500 spans in 75 to 92 ms. Never throws.
 *
 * Addresses and credentials go through stdin, where no `ps` shows them; NODE_OPTIONS are not handed on, so that the child
 * preloads nothing.
 * @returns true when every batch was taken
 */
export function sendInChild(delivery: Delivery, batches: readonly Uint8Array[], timeoutMs: number): boolean {
  if (batches.length === 0) return true
  if (!canSpawnNode()) return false
  try {
    const head = Buffer.from(JSON.stringify({ ...delivery, timeoutMs, lengths: batches.map(batch => batch.byteLength) }))
    const size = Buffer.alloc(4)
    size.writeUInt32LE(head.length)
    const { status } = process.getBuiltinModule('node:child_process').spawnSync(process.execPath, ['-e', childScript], {
      input: Buffer.concat([size, head, ...batches]),
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      env: childEnvironment(),
      windowsHide: true,
    })
    return status === 0
  } catch {
    return false
  }
}

/** Runs in the child: reads all of stdin, posts one batch after the other, exits with 0 when all were taken. */
const childScript = `
const chunks = []
process.stdin.on('data', c => chunks.push(c)).on('end', () => {
  const all = Buffer.concat(chunks)
  const size = all.readUInt32LE(0)
  const head = JSON.parse(all.subarray(4, 4 + size))
  const url = new URL(head.url)
  const path = ${JSON.stringify(exportPath)}
if (head.protocol === 'grpc') {
  const session = require('node:http2').connect(url.origin, head.tls)
  session.on('error', () => process.exit(1))
  let left = head.lengths.length
  let failed = false
  let at = 4 + size
  for (const length of head.lengths) {
    const prefix = Buffer.alloc(5)
    prefix.writeUInt32BE(length, 1)
    const stream = session.request({ ':method': 'POST', ':path': path, ...head.headers })
    let status
    const heard = headers => { status = headers['grpc-status'] ?? status }
    stream.on('response', heard).on('trailers', heard).on('error', () => {}).on('close', () => {
      failed ||= status !== '0'
      if (--left === 0) process.exit(failed ? 1 : 0)
    })
    stream.resume().end(Buffer.concat([prefix, all.subarray(at, (at += length))]))
  }
  return
}
const { request, Agent } = require(url.protocol === 'https:' ? 'node:https' : 'node:http')
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ...head.tls })
  let at = 4 + size
  let left = head.lengths.length
  let failed = false
  const done = ok => { failed ||= !ok; if (--left === 0) process.exit(failed ? 1 : 0) }
  for (const length of head.lengths) {
    const body = all.subarray(at, (at += length))
    const req = request(url, { method: 'POST', agent, headers: { ...head.headers, 'content-length': length } }, res => {
      res.resume().on('end', () => done(res.statusCode >= 200 && res.statusCode < 300)).on('error', () => done(false))
    })
    req.on('error', () => done(false))
    req.end(body)
  }
})
`

/** What a TLS connection and the loader may need, and nothing else of the application's. */
const handedOn = ['LD_LIBRARY_PATH', 'NODE_EXTRA_CA_CERTS', 'PATH', 'SSL_CERT_DIR', 'SSL_CERT_FILE', 'SystemRoot', 'TEMP']

function childEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const name of handedOn) {
    const value = process.env[name]
    if (value !== undefined) environment[name] = value
  }
  if (process.versions['electron'] !== undefined) environment['ELECTRON_RUN_AS_NODE'] = '1'
  return environment
}

/** In a single executable application `execPath` is the application itself: spawning it would start a second one. */
function canSpawnNode(): boolean {
  if ('pkg' in process) return false
  try {
    const sea = process.getBuiltinModule('node:sea') as { isSea(): boolean } | undefined
    return sea?.isSea() !== true
  } catch {
    return true
  }
}
