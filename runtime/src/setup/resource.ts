import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { arch, hostname } from 'node:os'
import path from 'node:path'
import { defaultResource, resourceFromAttributes, type Resource } from '@opentelemetry/resources'
import type { TracingOptions } from '../options.js'
import type { Environment } from './environment.js'

/** What the package.json beside (or above) the entry says; the entry is `process.argv[1]`. */
export interface EntryPackage {
  readonly folder: string
  readonly name: string | undefined
  readonly version: string | undefined
}

/** Finds it, or null where there is no entry (REPL, `node -e`) or no readable package.json above it. */
export function findEntryPackage(entry: string | undefined): EntryPackage | null {
  if (entry === undefined || entry === '' || entry.startsWith('-')) return null
  let folder = path.dirname(path.resolve(entry))
  for (;;) {
    try {
      const found = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { name?: unknown; version?: unknown }
      // A package.json without a name only marks the module system of a build folder.
      if (typeof found.name === 'string') {
        return { folder, name: found.name, version: typeof found.version === 'string' ? found.version : undefined }
      }
    } catch {
      // Not here: one level up.
    }
    const parent = path.dirname(folder)
    if (parent === folder || folder.endsWith(`${path.sep}node_modules`)) return null
    folder = parent
  }
}

/**
 * Who sends the spans. The instance id is new in every process, worker and cluster member, since each has a state of
 * its own.
 * https://opentelemetry.io/docs/specs/semconv/resource/
 */
export function createResource(
  options: TracingOptions,
  environment: Environment,
  entry: EntryPackage | null,
  policyHash: string,
): { readonly resource: Resource; readonly named: boolean } {
  // An empty text is as nothing: a variable that a shell left unset often arrives so.
  const name = (options.serviceName || undefined) ?? environment.serviceName ?? entry?.name
  const version = (options.serviceVersion || undefined) ?? environment.resource['service.version'] ?? entry?.version
  const deployment = (options.environment || undefined) ?? environment.environment
  const runtime = process.versions['bun'] !== undefined ? 'bun' : process.versions['deno'] !== undefined ? 'deno' : 'nodejs'
  const attributes: Record<string, string | number> = {
    'host.arch': architectures[arch()] ?? arch(),
    'host.name': hostname(),
    'process.pid': process.pid,
    'process.runtime.name': runtime,
    'process.runtime.version': process.versions[runtime === 'nodejs' ? 'node' : runtime] ?? '',
    ...environment.resource,
    'service.instance.id': environment.resource['service.instance.id'] ?? randomUUID(),
    'service.name': name ?? 'unknown_service:node',
    'spanguard.policy.hash': policyHash,
  }
  if (version !== undefined) attributes['service.version'] = version
  if (deployment !== undefined) attributes['deployment.environment.name'] = deployment
  return { resource: defaultResource().merge(resourceFromAttributes(attributes)), named: name !== undefined }
}

/** https://opentelemetry.io/docs/specs/semconv/registry/attributes/host/ names them its own way. */
const architectures: { readonly [arch: string]: string } = { arm: 'arm32', x64: 'amd64', ppc: 'ppc32' }
