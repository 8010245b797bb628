import * as ts from '../ts.js'
import { matchesModule } from '../../frameworks/index.js'
import { processTracing, type CoverageInput, type HandlerVerdict } from '../coverage.js'
import { fileOf, step } from '../places.js'
import type { Entry, Service } from '../services.js'
import { setupName, type SetupSite } from '../setup/find.js'
import type { Draft } from './draft.js'

/** Setup that changes no module that is loaded after it may run at any time. */
const orderFree = /^(?:@vercel\/otel|@spanguard\/runtime|@fastify\/otel|@hono\/otel|@microlabs\/)/u

/**
 * Setup that runs after the framework that it must change was loaded. What stands in one file is left to the ESLint rule.
 */
export function bootOrderFindings(services: readonly Service[], verdicts: readonly HandlerVerdict[], input: CoverageInput): Draft[] {
  const byEntry = new Map<Entry, HandlerVerdict[]>()
  for (const verdict of verdicts) {
    const group = byEntry.get(verdict.entry)
    if (group) group.push(verdict)
    else byEntry.set(verdict.entry, [verdict])
  }
  return services.flatMap(service => service.entries.flatMap(entry => {
    const own = byEntry.get(entry) ?? []
    if (entry.file === null || own.length === 0) return []
    const tracings = processTracing(entry, input)
    // Preloads and middleware do not depend on the order of the program's own imports.
    if (tracings.some(tracing => tracing.effect === 'instruments' && tracing.site === null)) return []
    const sites = tracings.flatMap(tracing => (tracing.effect === 'instruments' && tracing.site && !orderFree.test(tracing.site.module) ? [tracing.site] : []))
    return lateSetup(service, entry, own, sites, input)
  }))
}

function lateSetup(service: Service, entry: Entry, own: readonly HandlerVerdict[], sites: readonly SetupSite[], input: CoverageInput): Draft[] {
  const files = new Set(entry.order.files.keys())
  const timed = sites.flatMap(site => {
    const way = input.references.liveness(site.node, files)
    const outermost = way?.at(-1)
    return outermost ? [{ site, time: timeOf(outermost, entry) }] : []
  })
  const first = timed.toSorted((a, b) => a.time - b.time)[0]
  if (!first) return []
  const found = new Map<ts.Node, Draft>()
  for (const verdict of own) {
    const root = verdict.served?.root
    const modules = verdict.site.descriptor.modules
    if (!mayChange(verdict.site.descriptor.name, sites)) continue
    if (verdict.status !== 'traced' || verdict.by !== setupName(first.site) && !sites.some(site => verdict.by.startsWith(site.name)) || !root) continue
    const loaded = [...entry.order.packages].filter(([specifier]) => modules.some(module => matchesModule(specifier, module))).toSorted(([, a], [, b]) => a.time - b.time)[0]
    if (!loaded || loaded[1].time > first.time) continue
    const [specifier, { node }] = loaded
    // One file that imports both is the lint rule's; it sees the order by itself.
    if (node.getSourceFile().fileName === first.site.file) continue
    const place = fileOf(root.node) ? root.node : node
    if (found.has(place)) continue
    found.set(place, {
      rule: 'setup-first',
      message: `"${specifier}" is loaded before ${setupName(first.site)} sets up tracing in service "${service.name}": what was loaded cannot be instrumented any more, and its requests may be missing from traces. Load the setup first, with --import in the start command or as the entry's first import.`,
      node: place,
      service,
      steps: [
        ...entry.order.chainTo(node.getSourceFile().fileName).map(imported => step(imported.node, `imports ${imported.specifier}`)),
        step(node, `loads ${specifier}`),
        ...entry.order.chainTo(first.site.file).map(imported => step(imported.node, `later imports ${imported.specifier}`)),
        step(first.site.node, ts.isImportDeclaration(first.site.node) ? `loads ${first.site.name}, which sets up tracing` : `sets up ${first.site.name}`),
      ],
      certainty: 'likely',
      subject: `${service.name}:${specifier}`,
      leftToLint: false,
    })
  }
  return [...found.values()]
}

/** Queues that OpenTelemetry's own instrumentations do not know: their order matters only where one for them is set up. `bullmq-otel` is given to the worker and patches nothing. */
const ownInstrumentation: Readonly<Record<string, RegExp>> = { bull: /instrumentation-bull/u, bullmq: /instrumentation-bull|bullmq-otel/u, cron: /instrumentation-(?:node-)?cron/u, nats: /instrumentation-nats/u }

function mayChange(framework: string, sites: readonly SetupSite[]): boolean {
  const wanted = ownInstrumentation[framework]
  return wanted === undefined || sites.some(site => wanted.test(site.node.getSourceFile().text))
}

/** When a statement runs; an import that sets tracing up by itself runs among the imports, before the body of its file. */
function timeOf(node: ts.Node, { order }: Entry): number {
  const loaded = ts.isImportDeclaration(node) && ts.isStringLiteralLike(node.moduleSpecifier) ? order.packages.get(node.moduleSpecifier.text) : undefined
  return loaded?.time ?? order.timeAt(node.getSourceFile().fileName, node.getStart())
}

/** A second SDK or provider that is set up in the same process: the API keeps the first, and the other's spans go nowhere. */
export function duplicateSetupFindings(services: readonly Service[], input: CoverageInput): Draft[] {
  return services.flatMap(service => service.entries.flatMap(entry => {
    const providers = processTracing(entry, input).filter(tracing => tracing.site && tracing.site.shutdown.length > 0 && !tracing.conditional)
    const [first, ...others] = providers
    const second = others.find(other => other.site?.file !== first?.site?.file)
    if (!first?.site || !second?.site) return []
    return [{
      rule: 'approved-setup',
      message: `Service "${service.name}" sets up tracing twice, by ${first.by} and by ${second.by}: the API keeps the first provider, and the spans of the other are lost. Keep one.`,
      node: second.site.node,
      service,
      steps: [...first.steps, ...second.steps],
      certainty: 'likely' as const,
      subject: `${service.name}:twice`,
      leftToLint: false,
    }]
  }))
}

/**
 * A provider whose shutdown stands in a function that this service never calls: the last spans are lost at each deploy.
 */
export function shutdownFindings(services: readonly Service[], input: CoverageInput): Draft[] {
  return services.flatMap(service => {
    const seen = new Set<ts.Node>()
    return service.entries.flatMap(entry => processTracing(entry, input).flatMap(tracing => {
      const { site } = tracing
      if (!site || site.shutdown.length === 0 || seen.has(site.node)) return []
      seen.add(site.node)
      const files = new Set(entry.order.files.keys())
      const ends = shutdownCalls(site)
      if (ends.length === 0 || ends.some(end => input.references.liveness(end, files))) return []
      const way = input.references.liveness(site.node, files) ?? [site.node]
      const place = way.find(node => node.getSourceFile().fileName.startsWith(service.dir)) ?? site.node
      const [end] = ends
      return [{
        rule: 'require-shutdown',
        message: `Service "${service.name}" sets up ${tracing.by} and never runs the shutdown that stands beside it: the spans of the last seconds are lost at every deploy. Call it on SIGTERM.`,
        node: place,
        service,
        steps: [...tracing.steps, ...(end ? [step(end, 'is the shutdown that nothing here calls')] : [])],
        certainty: 'likely' as const,
        subject: `${service.name}:shutdown`,
        leftToLint: false,
      }]
    }))
  })
}

/** Calls of the site's shutdown methods in its own file. */
function shutdownCalls(site: SetupSite): ts.Node[] {
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && site.shutdown.includes(node.expression.name.text)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(site.node.getSourceFile())
  return found
}
