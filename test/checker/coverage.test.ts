import { cpSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { check, type CheckResult } from '../../src/checker/index.js'
import { folder } from '../cli/project.js'
import { fixture, services } from './fixtures.js'

/** Each fixture service: handlers traced, handlers, what traces them, and the findings with their places. */
const table: readonly (readonly [name: string, traced: number, total: number, by: string | null, findings: readonly string[]])[] = [
  // Frameworks without tracing: the app is pointed at, wherever its handlers stand.
  ['express-untraced', 0, 2, null, ['require-handler-tracing src/app.js:4']],
  ['fastify-autoload', 0, 2, null, ['require-handler-tracing src/server.js:4']],
  ['hono-untraced', 0, 2, null, ['require-handler-tracing src/server.js:5']],
  ['http-untraced', 0, 1, null, ['require-handler-tracing server.mjs:3']],
  ['koa-untraced', 0, 2, null, ['require-handler-tracing app.js:4']],
  ['lambda-untraced', 0, 1, null, ['require-handler-tracing src/handler.ts:3']],
  ['nest-untraced', 0, 2, null, ['require-handler-tracing src/main.ts:5']],
  ['next-untraced', 0, 3, null, ['require-handler-tracing app/api/orders/[id]/route.ts:1']],
  ['worker-untraced', 0, 1, null, ['require-handler-tracing worker.js:9']],
  // Tracing by a middleware, a module, a wrapper.
  ['express-middleware', 2, 2, 'expressTracing', []],
  ['fastify-plugin', 1, 1, 'tracing.plugin', []],
  ['hono-middleware', 2, 2, 'httpInstrumentationMiddleware', []],
  ['http-wrapped', 1, 1, 'traceHandler', []],
  ['koa-middleware', 2, 2, 'koaTracing', []],
  ['nest-tracing-module', 2, 2, 'TracingModule', []],
  ['worker-wrapped', 1, 1, 'traced', []],
  // Its spans go nowhere.
  ['middleware-without-provider', 0, 2, null, ['require-handler-tracing src/app.js:5']],
  // A middleware behind the routes traces none of them.
  ['express-late-middleware', 0, 2, null, ['require-handler-tracing src/app.js:5']],
  // Wiring outside the source.
  ['wiring-compose', 2, 2, '--require ./tracing.js', []],
  ['wiring-cross-env', 2, 2, '--require ./tracing.js', []],
  ['wiring-distroless', 2, 2, '--require ./tracing.js', []],
  ['wiring-dockerfile', 2, 2, '--require ./tracing.js', []],
  ['wiring-npm-script', 2, 2, '--require ./tracing.js', []],
  ['wiring-pm2', 2, 2, '--require ./tracing.js', []],
  ['wiring-procfile', 2, 2, '--require ./tracing.js', []],
  // The register traces what answers over Node's servers, and nothing else; a middleware in front of it knows the routes.
  ['wiring-register', 2, 2, '--import @spanguard/runtime/register', []],
  ['wiring-register-middleware', 2, 2, 'expressTracing', []],
  ['wiring-shell', 2, 2, '--require tracing.js', []],
  ['lambda-layer', 1, 1, 'the layer arn:aws:lambda:eu-central-1:184161586896:layer:opentelemetry-nodejs-0_15_0:1', []],
  // A flag that only developers' starts have proves nothing about the running service.
  ['wiring-dev-only', 0, 2, null, ['require-handler-tracing src/app.js:4']],
  // Wiring in the source.
  ['first-import', 2, 2, 'NodeSDK of @opentelemetry/sdk-node', []],
  ['late-import', 2, 2, 'NodeSDK of @opentelemetry/sdk-node', ['setup-first src/app.ts:5']],
  ['conditional-setup', 2, 2, 'NodeSDK of @opentelemetry/sdk-node', []],
  ['next-instrumentation', 3, 3, 'registerOTel of @vercel/otel', []],
  ['next-spanguard', 3, 3, 'register of @spanguard/runtime/next', []],
  // An interceptor of the server itself, behind a variable and another interceptor.
  ['grpc-interceptor', 2, 2, 'tracingServerInterceptor', []],
  // An ES module's import of http is out of reach without a loader hook; express requires http itself.
  ['esm-express', 1, 1, 'NodeSDK of @opentelemetry/sdk-node', []],
  ['esm-http', 0, 1, null, ['require-handler-tracing server.js:4']],
  ['esm-http-hook', 1, 1, '--import ./tracing.js', []],
  // A provider makes spans possible and instruments nothing.
  ['provider-only', 0, 2, null, ['require-handler-tracing src/app.js:10']],
  // Another vendor's tracing: no finding, not counted as traced until the config accepts it.
  ['accepted-apm', 2, 2, 'init of dd-trace', []],
  ['other-apm', 0, 2, null, []],
  ['apm-lazily-required', 0, 1, null, []],
  // Sentry without a sample rate reports errors and traces nothing.
  ['sentry-errors-only', 0, 1, null, ['require-handler-tracing app.js:6']],
  // `if (!enabled) return` before it.
  ['conditional-return', 1, 1, 'NodeSDK of @opentelemetry/sdk-node', []],
  // Functions that serverless.yml names, in plain JavaScript.
  ['lambda-declared', 0, 2, null, ['require-handler-tracing src/orders.js:1']],
  // Routes by folder: of the server that loads the bundle, and of the framework's own.
  ['remix-untraced', 0, 5, null, ['require-handler-tracing app/root.tsx:1', 'require-handler-tracing server.ts:4']],
  ['remix-serve-preload', 1, 1, '--require ./tracing.cjs', []],
  // Resolvers over files; behind an app's middleware; tools of an MCP server.
  ['graphql-untraced', 0, 3, null, ['require-handler-tracing src/main.js:10']],
  ['graphql-behind-express', 2, 2, 'expressTracing', []],
  ['mcp-untraced', 0, 2, null, ['require-handler-tracing src/server.js:3']],
  // A queue of the house: one row of the config.
  ['declared-queue', 1, 2, 'traced', ['require-handler-tracing src/main.ts:9']],
  // axios, maps and the container of Nest have methods of the same names.
  ['look-alikes', 0, 0, null, []],
]

describe('handlers traced', () => {
  it.each(table)('%s: %i of %i', async (name, traced, total, by, findings) => {
    const result = await check({ paths: [name], cwd: services, allRules: true })
    const handlers = result.services.flatMap(service => service.handlers)
    expect(handlers.filter(handler => handler.status === 'traced')).toHaveLength(traced)
    expect(handlers).toHaveLength(total)
    expect(result.services.flatMap(service => service.tracedBy)).toEqual(by === null ? [] : [by])
    expect(shown(result)).toEqual(findings)
  })

  it('takes a folder `app/routes` of no framework for nothing', async () => {
    // Outside this repository, which has React Router for its tests.
    const dir = folder({})
    cpSync(fixture('folder-of-routes'), dir, { recursive: true })
    expect((await check({ cwd: dir })).services).toEqual([])
  })

  it('shows routes with the paths that they are mounted under', async () => {
    const routes = async (name: string): Promise<string[]> => (await check({ paths: [name], cwd: services })).services.flatMap(service => service.handlers.map(handler => `${handler.method ?? '-'} ${handler.route ?? '-'}`)).toSorted()
    expect(await routes('express-untraced')).toEqual(['GET /orders', 'POST /orders'])
    expect(await routes('hono-middleware')).toEqual(['GET /orders', 'POST /orders'])
    expect(await routes('fastify-plugin')).toEqual(['GET /orders'])
  })

  it('marks tracing that only a condition switches on', async () => {
    const conditional = async (name: string): Promise<unknown> => (await check({ paths: [name], cwd: services })).services[0]?.handlers.map(handler => handler.conditional)
    expect(await conditional('conditional-setup')).toEqual([true, true])
    expect(await conditional('conditional-return')).toEqual([true])
    expect(await conditional('first-import')).toEqual([false, false])
  })

  it('names the middleware that comes too late', async () => {
    const [finding] = (await check({ paths: ['express-late-middleware'], cwd: services, allRules: true })).findings
    expect(finding?.message).toContain('expressTracing is registered only after the handlers, so that nothing traces 2 handlers of Express')
    expect(finding?.message).toContain('Register it before the routes.')
    expect(finding?.steps.map(({ text, origin }) => `${String(origin.from.line)} ${text}`)[0]).toBe('7 traces only what is registered after it')
  })

  it('says that a middleware without a provider exports nothing', async () => {
    const [finding] = (await check({ paths: ['middleware-without-provider'], cwd: services, allRules: true })).findings
    expect(finding?.message).toContain('expressTracing makes spans, but nothing in the process exports them')
    expect(finding?.message).toContain('Set up a provider before it')
  })

  it('names another vendor in a notice', async () => {
    const { problems } = await check({ paths: ['other-apm'], cwd: services })
    expect(problems.map(problem => problem.level)).toEqual(['notice'])
    expect(problems[0]?.message).toContain('init of dd-trace')
  })

  it('shows the routes that mounts and folders give', async () => {
    const routes = async (name: string) => (await check({ paths: [name], cwd: services })).services.flatMap(service => service.handlers.map(handler => `${handler.method ?? '-'} ${handler.route ?? '-'}`)).toSorted()
    expect(await routes('next-untraced')).toEqual(['- /api/health', 'GET /api/orders/[id]', 'POST /api/orders/[id]'])
    expect(await routes('nest-untraced')).toEqual(['GET /orders', 'POST /orders/:id/refunds'])
    expect(await routes('remix-untraced')).toEqual(['* *', '- /', '- /orders/$id', '- /orders/$id', '- /settings'])
    expect(await routes('graphql-untraced')).toEqual(['Mutation createOrder', 'Query customer', 'Query order'])
    expect(await routes('mcp-untraced')).toEqual(['- find-order', '- list-orders'])
    expect(await routes('koa-untraced')).toEqual(['POST orders.create', 'POST orders.list'])
  })
})

describe('what ESLint reports by itself', () => {
  it('is left to it when app and handler stand in one file', async () => {
    const result = await check({ paths: ['http-untraced'], cwd: services })
    expect([result.findings.length, result.leftToLint]).toEqual([0, 1])
  })

  it('is reported here when the handlers stand in another file', async () => {
    const result = await check({ paths: ['express-untraced'], cwd: services })
    expect([result.findings.length, result.leftToLint]).toEqual([1, 0])
  })
})

describe('a workspace of several services', async () => {
  const result = await check({ paths: ['workspace'], cwd: services })

  it('judges each service by what it runs, not by what its packages hold', () => {
    expect(result.services.map(service => [service.name, service.traced, service.total])).toEqual([['billing', 1, 1], ['mail', 1, 1], ['stock', 0, 1]])
  })

  it('points at the place of the service that has a server of another package made', () => {
    expect(shown(result)).toContain('require-handler-tracing apps/stock/src/main.ts:4')
  })

  it('finds a shutdown that one service calls and another forgets', () => {
    expect(shown(result).filter(text => text.startsWith('require-shutdown'))).toEqual(['require-shutdown apps/mail/src/main.ts:3'])
  })

  it('reads the packages that a single service depends on', async () => {
    const one = await check({ paths: ['workspace/apps/stock'], cwd: services })
    expect(one.services.map(service => [service.name, service.total])).toEqual([['stock', 1]])
    expect(shown(one)).toEqual(['require-handler-tracing src/main.ts:4'])
  })
})

describe('the least coverage', () => {
  it.each([[0, 0], [50, 1]])('of %i %% gives %i findings for a service that has none', async (minCoverage, count) => {
    const result = await check({ paths: ['http-untraced'], cwd: services, minCoverage })
    expect(result.findings.filter(finding => finding.rule === 'handler-coverage')).toHaveLength(count)
  })

  it('counts every service by itself', async () => {
    const result = await check({ paths: ['workspace'], cwd: services, minCoverage: 100 })
    expect(result.findings.filter(finding => finding.rule === 'handler-coverage').map(finding => finding.service)).toEqual(['stock'])
  })
})

describe('bad input', () => {
  it('lists a file that does not parse and never counts it as clean', async () => {
    const { problems } = await check({ paths: ['bad-syntax'], cwd: services })
    expect(problems).toMatchObject([{ level: 'unchecked', file: path.join(fixture('bad-syntax'), 'app.js'), line: 5 }])
  })

  it('takes what a worker runs for its handler, and not the options behind it', async () => {
    const { services: [shop], findings } = await check({ paths: ['.'], cwd: path.resolve(services, '../../../examples/shop/long'), allRules: true })
    expect(findings.map(({ rule }) => rule)).toEqual([])
    expect([shop?.traced, shop?.total]).toEqual([5, 5])
    expect(shop?.tracedBy).toContain('traceProcessor')
  })

  it('reports wrong compiler options, which TypeScript itself would pass over', async () => {
    const { problems } = await check({ paths: ['bad-tsconfig'], cwd: services })
    expect(problems.map(problem => [problem.level, problem.message.includes('strictest')])).toEqual([['config', true]])
  })

  it('says that a tsconfig yields no files', async () => {
    const { problems } = await check({ paths: ['empty-tsconfig/tsconfig.json'], cwd: services })
    expect(problems.some(problem => problem.level === 'config' && problem.message.includes('yields no files'))).toBe(true)
  })

  it('walks the references of a solution-style tsconfig', async () => {
    const result = await check({ paths: ['solution-tsconfig/tsconfig.json'], cwd: services, allRules: true })
    expect(result.problems).toEqual([])
    expect(shown(result)).toEqual(['require-handler-tracing api/src/server.ts:3'])
  })

  it('says which path does not exist', async () => {
    await expect(check({ paths: ['no-such-folder'], cwd: services })).rejects.toThrow(/no file or folder "no-such-folder"/u)
  })

  it('says what is wrong with a config', async () => {
    await expect(check({ paths: ['bad-config'], cwd: services })).rejects.toThrow(/acept.*accept/u)
  })
})

function shown(result: CheckResult): string[] {
  return result.findings.map(finding => `${finding.rule} ${path.relative(result.root, finding.file).split(path.sep).join('/')}:${String(finding.origin.from.line)}`)
}
