import { report } from '../diagnostics.js'
import { loadEach, versionOf } from '../clients/load.js'
import type { RuntimeContextManager } from '../context/manager.js'
import type { DatabaseName } from '../options.js'
import { patchIoredis, traceIoredis } from './ioredis.js'
import { mongodbConnectionFile, patchMongodb } from './mongodb.js'
import { traceMysql2 } from './mysql2.js'
import { patchPg } from './pg.js'

/** One per process: two copies of this package must not trace each query twice. */
const key = Symbol.for('@spanguard/runtime/databases-enabled')
const holder = globalThis as { [key]?: (() => void)[] | undefined }

interface Driver {
  /** Since when it has the tracing channel that is listened to. */
  readonly since?: readonly [major: number, minor: number]
  /** Null when the driver is not found. */
  readonly enable: (contexts: RuntimeContextManager | null) => (() => void)[] | null
}

/** Packages that bring a driver of their own, which is another copy where packages are not hoisted. */
const owners = ['@fastify/redis', '@prisma/adapter-pg', 'bull', 'bullmq', 'drizzle-orm', 'knex', 'mongoose', 'pg-promise', 'slonik', 'typeorm'] as const

/**
 * How each driver is traced. Listening to a channel costs nothing where the driver is not there; a prototype is patched in
 * each copy of the driver that the application can find. Neither needs a loader hook, nor to come first.
 */
const drivers: { readonly [Name in DatabaseName]: Driver } = {
  ioredis: { enable: enableIoredis },
  mongodb: { enable: () => patchEach(mongodbConnectionFile, patchMongodb) },
  mysql2: { since: [3, 24], enable: contexts => [traceMysql2(owners, contexts)] },
  pg: { enable: () => patchEach('pg', patchPg) },
}

/**
 * Switches the CLIENT spans of databases on: those of `which` that are installed, all with `'auto'`. Never throws. Called
 * again it changes nothing.
 * @param contexts in which callbacks are put back into their callers' contexts; null where somebody else's manager is in charge
 */
export function enableDatabases(which: 'auto' | readonly DatabaseName[] | false, contexts: RuntimeContextManager | null): void {
  if (which === false || holder[key] !== undefined) return
  const stops: (() => void)[] = []
  holder[key] = stops
  for (const [name, driver] of Object.entries(drivers) as [DatabaseName, Driver][]) {
    if (which !== 'auto' && !which.includes(name)) continue
    try {
      const enabled = driver.enable(contexts)
      stops.push(...(enabled ?? []))
      if (driver.since !== undefined) checkVersion(name, driver.since)
      else if (which !== 'auto' && enabled === null) report('warn', `databases.${name}`, `${name} is not traced: it is not found from the application's entry`)
    } catch (error) {
      report('error', `databases.${name}`, `${name} is not traced: ${error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)}`)
    }
  }
}

/** Takes it away again, after `shutdown`. */
export function disableDatabases(): void {
  for (const stop of holder[key] ?? []) stop()
  holder[key] = undefined
}

/** Where no copy is found or an instrumentation was first, its channel says what there is to trace. */
function enableIoredis(): (() => void)[] {
  const patched = patchEach('ioredis', patchIoredis) ?? []
  return patched.length > 0 ? patched : [traceIoredis(owners)]
}

function patchEach(name: string, patch: (module: Readonly<Record<string, never>>) => (() => void) | null): (() => void)[] | null {
  const modules = loadEach(name, owners)
  return modules.length === 0 ? null : modules.flatMap(module => patch(module) ?? [])
}

function checkVersion(name: string, [major, minor]: readonly [number, number]): void {
  const version = versionOf(name)
  const [, ofMajor, ofMinor] = /^(\d+)\.(\d+)\./.exec(version ?? '') ?? []
  if (ofMajor === undefined || Number(ofMajor) > major || (Number(ofMajor) === major && Number(ofMinor) >= minor)) return
  report('warn', `databases.${name}`, `${name} ${version} is not traced: it has tracing channels from ${major}.${minor} on, or register @opentelemetry/instrumentation-${name}`)
}
