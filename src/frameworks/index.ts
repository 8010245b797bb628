import type { DeclaredFramework } from '@spanguard/policy'

import { inversify, routingControllers, tsoa } from './decorated.js'
import type { ExportRef, FrameworkDescriptor, ObjectSource } from './descriptor.js'
import { express } from './express.js'
import { fastify } from './fastify.js'
import { lambda, next } from './functions.js'
import { graphql } from './graphql.js'
import { grpc, grpcOnCore } from './grpc.js'
import { hono } from './hono.js'
import { koa } from './koa.js'
import { mcp } from './mcp.js'
import { nest } from './nest.js'
import { nodeHttp } from './node-http.js'
import { amqplib, bull, bullmq, cron, kafkajs, nats } from './queues.js'
import { remix } from './remix.js'
import { trpc } from './trpc.js'

export type * from './descriptor.js'
export { isTracingPackage, tracingPackages } from './tracing-packages.js'

/** Every framework that Spanguard knows, sorted by name; a new one is a new row here. */
export const frameworks: readonly FrameworkDescriptor[] = [
  amqplib,
  bull,
  bullmq,
  cron,
  express,
  fastify,
  grpc,
  grpcOnCore,
  hono,
  kafkajs,
  koa,
  lambda,
  nats,
  nest,
  next,
  nodeHttp,
  trpc,
].sort((a, b) => (a.name < b.name ? -1 : 1))

/**
 * The same, and those that only the whole program can judge: what a framework finds by folder or by decorator, and what is given
 * to a server in another file.
 */
export const programFrameworks: readonly FrameworkDescriptor[] = [...frameworks, graphql, inversify, mcp, remix, routingControllers, tsoa]

/**
 * The built-in rows with those of a config: a row of a known name changes that framework (each key it has replaces the
 * built-in one), any other is a framework of its own.
 */
export function withDeclared(
  declared: readonly DeclaredFramework[],
  known: readonly FrameworkDescriptor[] = frameworks,
): readonly FrameworkDescriptor[] {
  if (declared.length === 0) return known
  const rows = new Map(known.map((row) => [row.name, row]))
  for (const row of declared) rows.set(row.name, { ...(rows.get(row.name) ?? emptyRow(row)), ...row })
  return [...rows.values()]
}

function emptyRow(row: DeclaredFramework): FrameworkDescriptor {
  return { name: row.name, label: row.name, kind: 'app', modules: modulesOf(row), objects: {}, roots: ['app'], handlers: [], tracedBy: [] }
}

/** The modules that a row speaks of, where it does not list them itself. */
function modulesOf(row: DeclaredFramework): readonly string[] {
  const modules = new Set<string>()
  for (const source of Object.values(row.objects ?? {}).flat()) if ('module' in source) modules.add(source.module)
  for (const { call } of row.handlers ?? []) if (call !== undefined) modules.add(call.module)
  for (const { module } of row.decorators ?? []) modules.add(module)
  return [...modules]
}

/** Is the module this one? A trailing `/*` of the pattern takes in every subpath. */
export function matchesModule(module: string, pattern: string): boolean {
  return pattern.endsWith('/*') ? module.startsWith(pattern.slice(0, -1)) : module === pattern
}

/**
 * The name under which the tables have an export: `default` for the module itself, `Router` for `express.Router`,
 * `NestFactory.create` for a member of an export.
 *
 * @param imported `default`, `*` or the export's name
 * @param path members behind it
 */
export function exportName(imported: string, path: readonly string[]): string {
  const members = imported === '*' || imported === 'default' ? path : [imported, ...path]
  return members.length === 0 || (members.length === 1 && members[0] === 'default') ? 'default' : members.join('.')
}

/** Does a row's reference mean this export? `*` takes in all of a module, `cron.*` all members of an export. */
export function matchesExport(ref: Pick<ExportRef, 'module' | 'export'>, module: string, name: string): boolean {
  if (!matchesModule(module, ref.module)) return false
  return ref.export === '*' || (ref.export.endsWith('.*') ? name.startsWith(ref.export.slice(0, -1)) : ref.export === name)
}

/** Is it a source that makes an object by calling an export? */
export function isCallSource(source: ObjectSource): source is Extract<ObjectSource, ExportRef> {
  return 'export' in source
}
