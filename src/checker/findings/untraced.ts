import { ts } from 'ts-morph'
import { isTracingPackage } from '../../frameworks/index.js'
import type { HandlerVerdict } from '../coverage.js'
import type { FrameworkObject } from '../handlers/objects.js'
import { step, type Step } from '../places.js'
import type { References } from '../references.js'
import type { Draft } from './draft.js'

/** One finding for each app (or file of handlers) of each service that nothing traces. */
export function untracedFindings(verdicts: readonly HandlerVerdict[], references: References): Draft[] {
  const groups = new Map<string, HandlerVerdict[]>()
  for (const verdict of verdicts) {
    if (verdict.status !== 'untraced') continue
    const key = `${verdict.service.name}\0${groupKey(verdict)}`
    const group = groups.get(key)
    if (group) group.push(verdict)
    else groups.set(key, [verdict])
  }
  return [...groups.values()].flatMap(group => {
    const [first] = group
    return first ? [draftOf(first, group, references)] : []
  })
}

function groupKey(verdict: HandlerVerdict): string {
  const root = verdict.served?.root.node
  const node = root?.getSourceFile() ? root : null
  return node ? `${node.getSourceFile().fileName}:${String(node.pos)}` : verdict.site.object === null && verdict.site.descriptor.exports ? verdict.site.descriptor.name : verdict.site.file
}

function draftOf(first: HandlerVerdict, group: readonly HandlerVerdict[], references: References): Draft {
  const root = first.served?.root ?? null
  const { service, entry } = first
  const place = placeOf(first, root, references)
  const count = group.length === 1 ? '1 handler' : `${String(group.length)} handlers`
  const { label } = first.site.descriptor
  const by = first.by.startsWith('nothing') ? 'nothing traces' : `${first.by}, so that nothing traces`
  const start = entry.starts[0]
  return {
    rule: 'require-handler-tracing',
    message: `${capital(by)} ${count} of ${label} in service "${service.name}": their requests are missing from every trace. ${adviceFor(first)}`,
    node: place.node,
    service,
    steps: [
      ...place.steps,
      ...group.slice(0, 20).map(one => step(one.site.node, handlerText(one))),
      ...(start ? [{ file: start.place.file, origin: { file: start.place.file, start: 0, end: 0, from: { line: start.place.line, column: 0 }, to: { line: start.place.line, column: start.place.text.length } }, text: `started without tracing: ${start.place.text}` }] : []),
    ],
    certainty: first.by.startsWith('nothing') ? 'certain' : 'likely',
    subject: groupKey(first),
    leftToLint: isSeenByLint(first, group, root),
  }
}

/** The app itself; where a package of the repository makes it, the place of this service that has it made. */
function placeOf(verdict: HandlerVerdict, root: FrameworkObject | null, references: References): { node: ts.Node; steps: readonly Step[] } {
  const node = root?.node.getSourceFile() ? root.node : verdict.site.node
  if (node.getSourceFile().fileName.startsWith(verdict.service.dir)) return { node, steps: [] }
  const way = references.liveness(node, new Set(verdict.entry.order.files.keys()))
  const own = way?.find(one => one.getSourceFile().fileName.startsWith(verdict.service.dir))
  const steps = [step(node, 'the server is made here'), ...(way ?? []).slice(1).map(one => step(one, 'by this call'))]
  return own ? { node: own, steps } : { node, steps: [] }
}

function handlerText(verdict: HandlerVerdict): string {
  const name = [verdict.site.method, verdict.site.route].filter(Boolean).join(' ')
  return name === '' ? `a handler of ${verdict.site.descriptor.label}` : name
}

function adviceFor(verdict: HandlerVerdict): string {
  const { descriptor } = verdict.site
  if (descriptor.name === 'next') return 'Add instrumentation.ts with a register() that sets up tracing.'
  const insert = descriptor.insert
  const first = 'Start it with node --import @spanguard/runtime/register'
  return insert ? `${first}, or ${insert.spanAction === undefined ? `register ${insert.export} of ${insert.module} before its routes` : `run its work in ${insert.export} of ${insert.module}`}.` : `${first}.`
}

/** What the ESLint rule sees by itself: the app and its handlers in one file, in a package that depends on no tracing. */
function isSeenByLint(first: HandlerVerdict, group: readonly HandlerVerdict[], root: FrameworkObject | null): boolean {
  if (first.site.descriptor.name === 'next') return false
  if ([...(first.service.package?.dependencies ?? [])].some(isTracingPackage)) return false
  if (first.site.descriptor.exports) return true
  const file = root?.node.getSourceFile()?.fileName
  if (file === undefined || !file.startsWith(first.service.dir)) return false
  return first.site.descriptor.rootModule !== undefined || group.some(one => one.site.file === file)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
