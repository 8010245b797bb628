import { isCallSource, matchesModule, type FrameworkDescriptor } from '../frameworks/index.js'
import type { HandlerVerdict } from './coverage.js'
import type { Entity, Evaluator } from './evaluate.js'
import { isExport } from './handlers/objects.js'

/**
 * What runs within the request of another handler is traced with it: resolvers, by the server whose handler they are given to
 * (`createServer(traceHandler(createYoga({ schema })))`); loaders, by the route that the bundle is given to
 * (`app.all('*', createRequestHandler({ build }))`).
 *
 * @param all the verdicts of the same service
 */
export function withinRequest(verdict: HandlerVerdict, all: readonly HandlerVerdict[], evaluator: Evaluator): HandlerVerdict {
  const isServer = verdict.status === 'untraced' ? carriers[verdict.site.descriptor.name] : undefined
  const server = isServer && all.find(other => other.entry === verdict.entry && other.site.descriptor !== verdict.site.descriptor && isServer(other, verdict, evaluator))
  return server ? { ...verdict, status: server.status, by: server.by, conditional: server.conditional, steps: server.steps } : verdict
}

/** Is a handler the one in whose request another runs? By the name of the other's framework. */
const carriers: Readonly<Record<string, (server: HandlerVerdict, inner: HandlerVerdict, evaluator: Evaluator) => boolean>> = {
  graphql: (server, inner, evaluator) => server.status === 'traced' && server.site.descriptor.name === 'node-http' && server.site.handler !== null && serves(evaluator.evaluate(server.site.handler), inner.site.descriptor, evaluator),
  remix: (server, inner, evaluator) => server.status === 'traced' && server.site.handler !== null && isOf(evaluator.evaluate(server.site.handler), inner.site.descriptor),
}

/** Is a server of the framework given to the calls that something is made by? */
function serves(entity: Entity, descriptor: FrameworkDescriptor, evaluator: Evaluator): boolean {
  if (entity.kind !== 'result') return false
  const creations = Object.values(descriptor.objects).flat().filter(isCallSource)
  return isExport(entity.callee, creations) || (entity.node.arguments ?? []).some(argument => serves(evaluator.evaluate(argument), descriptor, evaluator))
}

/** Is it made by a package of the framework? */
function isOf(entity: Entity, descriptor: FrameworkDescriptor): boolean {
  if (entity.kind !== 'result' || entity.callee.kind !== 'export') return false
  const { module } = entity.callee
  return descriptor.modules.some(pattern => matchesModule(module, pattern))
}
