import { type AddressInfo, createServer, type Socket } from 'node:net'

export interface KafkaBroker {
  readonly address: string
  close(): Promise<void>
}

/**
 * A Kafka broker in this process that speaks as much of the wire protocol as kafkajs needs to produce and to consume: topics
 * are there as soon as they are named, with one partition; a group has one member. It keeps record batches as they came and
 * looks at nothing in them; those of a transaction are there once it is committed. https://kafka.apache.org/protocol
 * @param advertised the name by which it sends clients to itself; it listens on the loopback address alone
 */
export async function startKafkaBroker(advertised = '127.0.0.1'): Promise<KafkaBroker> {
  const topics = new Map<string, { bytes: Buffer; first: bigint; count: number }[]>()
  const committed = new Map<string, bigint>()
  /** What each open transaction does when it is committed. */
  const transactions = new Map<string, (() => void)[]>()
  const sockets = new Set<Socket>()
  /** Consumers that found nothing, to be answered as soon as something comes. */
  const waitingFetches = new Set<() => void>()
  /** Whether the last fetch found something. */
  let found = false
  const end = (topic: string): bigint => {
    const last = topics.get(topic)?.at(-1)
    return last === undefined ? 0n : last.first + BigInt(last.count)
  }
  let assignment: Buffer = Buffer.alloc(0)
  let joined: { name: string; metadata: Buffer } = { name: '', metadata: Buffer.alloc(0) }

  const answer = (key: number, read: Reader, port: number): Writer => {
    const write = new Writer()
    switch (key) {
      case 0: { // Produce 3
        const open = transactions.get(read.text())
        read.int16()
        read.int32()
        write.array(read.array(() => ({ name: read.text(), partitions: read.array(() => ({ id: read.int32(), bytes: read.bytes() })) })), ({ name, partitions }) => {
          write.text(name).array(partitions, ({ id, bytes }) => {
            write.int32(id).int16(0).int64(end(name)).int64(-1n)
            const append = (): void => {
              const first = end(name)
              topics.set(name, [...(topics.get(name) ?? []), { bytes, first, count: bytes.readInt32BE(57) }])
              bytes.writeBigInt64BE(first, 0)
            }
            if (open === undefined) append()
            else open.push(append)
          })
        })
        return write.int32(0)
      }
      case 1: { // Fetch 4
        read.int32()
        read.int32()
        read.int32()
        read.int32()
        read.int8()
        write.int32(0)
        return write.array(read.array(() => ({ name: read.text(), partitions: read.array(() => ({ id: read.int32(), offset: read.int64(), max: read.int32() })) })), ({ name, partitions }) => {
          write.text(name).array(partitions, ({ id, offset }) => {
            const left = (topics.get(name) ?? []).filter(({ first, count }) => first + BigInt(count) > offset)
            if (left.length > 0) found = true
            write.int32(id).int16(0).int64(end(name)).int64(end(name)).int32(0).bytes(Buffer.concat(left.map(({ bytes }) => bytes)))
          })
        })
      }
      case 2: // ListOffsets 1
        read.int32()
        return write.array(read.array(() => ({ name: read.text(), partitions: read.array(() => ({ id: read.int32(), at: read.int64() })) })), ({ name, partitions }) => {
          write.text(name).array(partitions, ({ id, at }) => {
            write.int32(id).int16(0).int64(-1n).int64(at === -2n ? 0n : end(name))
          })
        })
      case 3: { // Metadata 1
        const names = read.array(() => read.text())
        write.array([0], () => write.int32(0).text(advertised).int32(port).int16(-1)).int32(0)
        return write.array(names, name => {
          write.int16(0).text(name).int8(0).array([0], () => write.int16(0).int32(0).int32(0).array([0], () => write.int32(0)).array([0], () => write.int32(0)))
        })
      }
      case 8: { // OffsetCommit 2
        const group = read.text()
        read.int32()
        read.text()
        read.int64()
        return write.array(read.array(() => ({ name: read.text(), partitions: read.array(() => ({ id: read.int32(), offset: read.int64(), note: read.text() })) })), ({ name, partitions }) => {
          write.text(name).array(partitions, ({ id, offset }) => {
            committed.set(`${group} ${name}`, offset)
            write.int32(id).int16(0)
          })
        })
      }
      case 9: { // OffsetFetch 1
        const group = read.text()
        return write.array(read.array(() => ({ name: read.text(), partitions: read.array(() => read.int32()) })), ({ name, partitions }) => {
          write.text(name).array(partitions, id => write.int32(id).int64(committed.get(`${group} ${name}`) ?? -1n).text('').int16(0))
        })
      }
      case 10: // FindCoordinator 1
        return write.int32(0).int16(0).text('').int32(0).text(advertised).int32(port)
      case 11: { // JoinGroup 0
        read.text()
        read.int32()
        read.text()
        read.text()
        joined = read.array(() => ({ name: read.text(), metadata: read.bytes() }))[0] ?? joined
        return write.int16(0).int32(1).text(joined.name).text('member').text('member').array([0], () => write.text('member').bytes(joined.metadata))
      }
      case 12: // Heartbeat 0
      case 13: // LeaveGroup 0
        return write.int16(0)
      case 14: // SyncGroup 0
        read.text()
        read.int32()
        read.text()
        assignment = read.array(() => ({ member: read.text(), bytes: read.bytes() }))[0]?.bytes ?? assignment
        return write.int16(0).bytes(assignment)
      case 18: // ApiVersions 0
        return write.int16(0).array(versions, ([api, version]) => write.int16(api).int16(version).int16(version))
      case 22: // InitProducerId 0
        transactions.set(read.text(), [])
        return write.int32(0).int16(0).int64(1n).int16(0)
      case 24: // AddPartitionsToTxn 0
        read.text()
        read.int64()
        read.int16()
        return write.int32(0).array(read.array(() => ({ name: read.text(), partitions: read.array(() => read.int32()) })), ({ name, partitions }) => {
          write.text(name).array(partitions, id => write.int32(id).int16(0))
        })
      case 25: // AddOffsetsToTxn 0
        return write.int32(0).int16(0)
      case 26: { // EndTxn 0
        const id = read.text()
        read.int64()
        read.int16()
        const isCommitted = read.int8() === 1
        if (isCommitted) for (const apply of transactions.get(id) ?? []) apply()
        transactions.set(id, [])
        return write.int32(0).int16(0)
      }
      case 28: { // TxnOffsetCommit 0
        const open = transactions.get(read.text())
        const group = read.text()
        read.int64()
        read.int16()
        return write.int32(0).array(read.array(() => ({ name: read.text(), partitions: read.array(() => ({ id: read.int32(), offset: read.int64(), note: read.text() })) })), ({ name, partitions }) => {
          write.text(name).array(partitions, ({ id, offset }) => {
            open?.push(() => committed.set(`${group} ${name}`, offset))
            write.int32(id).int16(0)
          })
        })
      }
      default:
        throw new Error(`the test broker does not know request ${key}`)
    }
  }

  const server = createServer(socket => {
    sockets.add(socket)
    let waiting = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', chunk => {
      waiting = Buffer.concat([waiting, chunk])
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE(0)) {
        const length = waiting.readInt32BE(0)
        const request = Buffer.from(waiting.subarray(4, 4 + length))
        waiting = waiting.subarray(4 + length)
        const key = request.readInt16BE(0)
        const reply = (evenIfEmpty = true): boolean => {
          const read = new Reader(request)
          read.int32()
          const correlation = read.int32()
          read.text()
          found = key !== fetchKey
          const body = answer(key, read, port).buffer()
          if (!found && !evenIfEmpty) return false
          const head = Buffer.alloc(8)
          head.writeInt32BE(body.length + 4, 0)
          head.writeInt32BE(correlation, 4)
          socket.write(Buffer.concat([head, body]))
          return true
        }
        if (reply(false)) {
          if (key === produceKey || key === endTransactionKey) for (const answerFetch of [...waitingFetches]) answerFetch()
          continue
        }
        // A consumer that finds nothing asks again at once.
        const answerFetch = (): void => {
          if (waitingFetches.delete(answerFetch)) reply()
        }
        waitingFetches.add(answerFetch)
        setTimeout(answerFetch, 10)
      }
    })
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // Kept, since a server that is closed has none, and a fetch may wait beyond that.
  const { port } = server.address() as AddressInfo
  return {
    address: `${advertised}:${port}`,
    close: () =>
      new Promise(resolve => {
        waitingFetches.clear()
        for (const socket of sockets) socket.destroy()
        server.close(() => {
          resolve()
        })
      }),
  }
}

const produceKey = 0
const fetchKey = 1
const endTransactionKey = 26

/** Each request's one version that is spoken. */
const versions: readonly (readonly [api: number, version: number])[] = [
  [0, 3], [1, 4], [2, 1], [3, 1], [8, 2], [9, 1], [10, 1], [11, 0], [12, 0], [13, 0], [14, 0], [18, 0], [22, 0], [24, 0], [25, 0],
  [26, 0], [28, 0],
]

class Reader {
  #at = 0
  readonly data: Buffer
  constructor(data: Buffer) {
    this.data = data
  }
  #take(length: number): number {
    this.#at += length
    return this.#at - length
  }
  int8(): number {
    return this.data.readInt8(this.#take(1))
  }
  int16(): number {
    return this.data.readInt16BE(this.#take(2))
  }
  int32(): number {
    return this.data.readInt32BE(this.#take(4))
  }
  int64(): bigint {
    return this.data.readBigInt64BE(this.#take(8))
  }
  text(): string {
    const length = this.int16()
    return length < 0 ? '' : this.data.toString('utf8', this.#take(length), this.#at)
  }
  bytes(): Buffer {
    const length = this.int32()
    return Buffer.from(this.data.subarray(this.#take(Math.max(length, 0)), this.#at))
  }
  array<T>(item: () => T): T[] {
    return Array.from({ length: Math.max(this.int32(), 0) }, item)
  }
}

class Writer {
  readonly #parts: Buffer[] = []
  #add(length: number, fill: (buffer: Buffer) => unknown): this {
    const part = Buffer.alloc(length)
    fill(part)
    this.#parts.push(part)
    return this
  }
  int8(value: number): this {
    return this.#add(1, part => part.writeInt8(value))
  }
  int16(value: number): this {
    return this.#add(2, part => part.writeInt16BE(value))
  }
  int32(value: number): this {
    return this.#add(4, part => part.writeInt32BE(value))
  }
  int64(value: bigint): this {
    return this.#add(8, part => part.writeBigInt64BE(value))
  }
  text(value: string): this {
    const bytes = Buffer.from(value)
    this.int16(bytes.length)
    this.#parts.push(bytes)
    return this
  }
  bytes(value: Buffer): this {
    this.int32(value.length)
    this.#parts.push(value)
    return this
  }
  array<T>(items: readonly T[], write: (item: T) => unknown): this {
    this.int32(items.length)
    for (const item of items) write(item)
    return this
  }
  buffer(): Buffer {
    return Buffer.concat(this.#parts)
  }
}
