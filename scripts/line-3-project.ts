import { readFileSync } from 'node:fs'
import path from 'node:path'
import { installTools } from './other-node.js'
import type { PackedPackage } from './pack.js'

/** What the apps under test/fixtures/middleware and the shop's long form import; their versions are those of the repository. */
const frameworks = /^(?:@grpc\/grpc-js|@hono\/node-server|@koa\/router|@nestjs\/.*|bullmq|express[45]?|fastify[45]?|hono|ioredis|koa|koa-mount|pg|reflect-metadata|rxjs)$/

/** OpenTelemetry as a project has it that went on to line 3. */
const line3 = ['@opentelemetry/api@1.10.0', '@opentelemetry/instrumentation@0.301.0', '@opentelemetry/instrumentation-express@0.72.0', '@opentelemetry/instrumentation-grpc@0.300.0', '@opentelemetry/instrumentation-http@0.301.0', '@opentelemetry/instrumentation-ioredis@0.72.0', '@opentelemetry/instrumentation-pg@0.77.0']

/** A project with the packed runtime, every framework, and instrumentations of line 3; installed anew when the runtime has changed. */
export function installLine3Project(packed: readonly PackedPackage[], state: string): string {
  const { devDependencies } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../package.json'), 'utf8')) as { devDependencies: Record<string, string> }
  const named = Object.entries(devDependencies).filter(([name]) => frameworks.test(name)).map(([name, version]) => `${name}@${version}`)
  const tarballs = packed.filter(({ name }) => name !== 'eslint-plugin-spanguard').map(({ tarball }) => tarball)
  return installTools(`spanguard-line-3-${state}`, [...named, ...line3, ...tarballs], 'node_modules/@spanguard/runtime/package.json')
}
