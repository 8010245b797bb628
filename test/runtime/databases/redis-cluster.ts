import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'

export interface RedisCluster {
  /** Of three masters, a third of the slots each. */
  readonly ports: readonly number[]
  stop(): Promise<void>
}

const slots = 16_384

/** A cluster of three masters of Debian's `redis-server`, on ports of its own. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spanguard-redis-cluster-'))
  const ports = await freePorts(6)
  const nodes = ports.slice(0, 3).map((port, index) =>
    spawn('redis-server', [
      ...['--port', String(port), '--bind', '127.0.0.1', '--cluster-enabled', 'yes', '--cluster-port', String(ports[index + 3])],
      ...['--cluster-config-file', path.join(folder, `${index}.conf`), '--save', '', '--dir', folder, '--cluster-node-timeout', '15000'],
    ], { stdio: 'ignore' }),
  )
  const ended = nodes.map(node => new Promise(resolve => node.once('exit', resolve)))
  const clients = ports.slice(0, 3).map(port => {
    const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 50, maxRetriesPerRequest: null })
    // Refused until the node listens.
    return client.on('error', () => {})
  })
  for (const [index, client] of clients.entries()) {
    const from = Math.floor((index * slots) / 3)
    await client.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(Math.floor(((index + 1) * slots) / 3) - 1))
    if (index > 0) await client.call('CLUSTER', 'MEET', '127.0.0.1', String(ports[0]), String(ports[3]))
  }
  // Each node has to have heard of all slots.
  for (const client of clients) while (!String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) await sleep(50)
  for (const client of clients) client.disconnect()
  return {
    ports: ports.slice(0, 3),
    async stop() {
      for (const node of nodes) node.kill('SIGKILL')
      await Promise.all(ended)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** All held at once, so that none comes twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () =>
      new Promise<Server>(resolve => {
        const server = createServer()
        server.listen(0, '127.0.0.1', () => {
          resolve(server)
        })
      }),
    ),
  )
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}
