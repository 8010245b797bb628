import { type AddressInfo, createServer, type Socket } from 'node:net'
import { BSON } from 'mongodb'

export interface MongoServer {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

type Document = Record<string, unknown>

/**
 * A MongoDB in this process that speaks as much of its wire protocol (OP_MSG) as the driver needs: inserts with unique ids,
 * finds by equality and one cursor, one change stream that tells of inserts, greetings; transactions are taken and change nothing; what it does not know it answers with error 59. No server is to be had from npm or Debian.
 * https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */
export async function startMongoServer(): Promise<MongoServer> {
  const collections = new Map<string, Document[]>()
  const sockets = new Set<Socket>()
  /** What the last cursor has not given yet. */
  let left: Document[] = []
  /** Inserts that the change stream has not been told of. */
  let changes: Document[] = []
  let changeCount = 0
  /** Tells a change stream that waits for something to happen. */
  let tellChanges: (() => void) | null = null

  const answer = (command: Document): Document | Promise<Document> => {
    const [name = ''] = Object.keys(command)
    const collection = String(command[name])
    const namespace = `${String(command['$db'])}.${collection}`
    const held = collections.get(namespace) ?? []
    switch (name) {
      case 'hello':
      case 'ismaster':
        return { ok: 1, isWritablePrimary: true, helloOk: true, minWireVersion: 0, maxWireVersion: 25, maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000, logicalSessionTimeoutMinutes: 30 }
      case 'abortTransaction':
      case 'commitTransaction':
      case 'endSessions':
      case 'killCursors':
      case 'ping':
        return { ok: 1 }
      case 'insert': {
        const documents = command['documents'] as Document[]
        const twice = documents.findIndex(document => held.some(other => String(other['_id']) === String(document['_id'])))
        if (twice !== -1) {
          return { ok: 1, n: 0, writeErrors: [{ index: twice, code: 11_000, errmsg: `E11000 duplicate key: ${JSON.stringify(documents[twice])}` }] }
        }
        collections.set(namespace, [...held, ...documents])
        for (const document of documents) {
          const ns = { db: command['$db'], coll: collection }
          changes.push({ _id: { _data: String(++changeCount) }, operationType: 'insert', ns, documentKey: { _id: document['_id'] }, fullDocument: document })
        }
        tellChanges?.()
        return { ok: 1, n: documents.length }
      }
      case 'find': {
        const filter = Object.entries(command['filter'] as Document)
        const matching = held.filter(document => filter.every(([key, value]) => document[key] === value))
        const size = typeof command['batchSize'] === 'number' ? command['batchSize'] : matching.length
        left = matching.slice(size)
        return { ok: 1, cursor: { id: left.length > 0 ? 7n : 0n, ns: namespace, firstBatch: matching.slice(0, size) } }
      }
      case 'getMore':
        if (command['getMore'] === changeCursor) {
          return new Promise(resolve => {
            const tell = (): void => {
              clearTimeout(timer)
              tellChanges = null
              resolve({ ok: 1, cursor: { id: changeCursor, ns: `${String(command['$db'])}.${String(command['collection'])}`, nextBatch: changes } })
              changes = []
            }
            const timer = setTimeout(tell, Number(command['maxTimeMS'] ?? 1000))
            tellChanges = tell
            if (changes.length > 0) tell()
          })
        }
        return { ok: 1, cursor: { id: 0n, ns: `${String(command['$db'])}.${String(command['collection'])}`, nextBatch: left } }
      case 'aggregate':
        if ('$changeStream' in ((command['pipeline'] as Document[])[0] ?? {})) {
          changes = []
          return { ok: 1, cursor: { id: changeCursor, ns: namespace, firstBatch: [] } }
        }
        return { ok: 1, cursor: { id: 0n, ns: namespace, firstBatch: held } }
      case 'distinct':
        return { ok: 1, values: [] }
      case 'findAndModify':
        return { ok: 1, value: null }
      case 'update':
      case 'delete':
        return { ok: 1, n: 1, nModified: 1 }
      default:
        return { ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: `no such command: '${name}' ${JSON.stringify(command)}` }
    }
  }

  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    let waiting: Buffer = Buffer.alloc(0)
    socket.on('data', chunk => {
      waiting = Buffer.concat([waiting, chunk])
      while (waiting.length >= 16 && waiting.length >= waiting.readInt32LE(0)) {
        const message = waiting.subarray(0, waiting.readInt32LE(0))
        waiting = waiting.subarray(message.length)
        const reply = (document: Document): void => {
          const body = Buffer.from(BSON.serialize(document))
          const head = Buffer.alloc(21)
          head.writeInt32LE(head.length + body.length, 0)
          head.writeInt32LE(message.readInt32LE(4), 8)
          head.writeInt32LE(2013, 12)
          if (socket.writable) socket.write(Buffer.concat([head, body]))
        }
        const answered = answer(readCommand(message))
        if (answered instanceof Promise) void answered.then(reply)
        else reply(answered)
      }
    })
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `mongodb://127.0.0.1:${port}/shop`,
    port,
    close: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy()
        server.close(() => {
          resolve()
        })
      }),
  }
}

const changeCursor = 9n

/** The body of an OP_MSG, and the document sequences behind it as fields. */
function readCommand(message: Buffer): Document {
  let command: Document = {}
  let at = 20
  while (at < message.length) {
    const kind = message[at++]
    const size = message.readInt32LE(at)
    if (kind === 0) command = { ...BSON.deserialize(message.subarray(at, at + size), { useBigInt64: true }), ...command }
    else {
      const nameEnd = message.indexOf(0, at + 4)
      const documents: Document[] = []
      for (let next = nameEnd + 1; next < at + size; next += message.readInt32LE(next)) {
        documents.push(BSON.deserialize(message.subarray(next, next + message.readInt32LE(next))))
      }
      command = { ...command, [message.toString('utf8', at + 4, nameEnd)]: documents }
    }
    at += size
  }
  return command
}
