import { randomUUID } from 'node:crypto'

/** A broker or database that `scripts/start-services.sh` started. */
export interface Service {
  readonly host: string
  readonly port: number
}

export const serviceNames = ['redis', 'nats', 'amqp', 'mysql'] as const
export type ServiceName = (typeof serviceNames)[number]

/**
 * Where a service is, by `SPANGUARD_SERVICES` (`redis=127.0.0.1:26379,nats=…`); null when it was not started. Tests never
 * look on a default port: what is there may be somebody's data.
 */
export function findService(name: ServiceName): Service | null {
  for (const entry of (process.env['SPANGUARD_SERVICES'] ?? '').split(',')) {
    const [key, host, port] = entry.split(/[=:]/)
    if (key === name && host !== undefined && port !== undefined) return { host, port: Number(port) }
  }
  return null
}

/** For what stands in `describe.skipIf(service === null)`, whose body runs nevertheless. */
export function orNowhere(service: Service | null): Service {
  return service ?? { host: '127.0.0.1', port: 9 }
}

/** In the names of queues, streams and keys: those of a run that was broken off are still there, and process ids come again. */
export const runId = randomUUID().slice(0, 8)
