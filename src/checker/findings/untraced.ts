import { ts } from 'ts-morph'
import { isTracingPackage } from '../../frameworks/index.js'
import type { HandlerVerdict } from '../coverage.js'
import type { FrameworkObject } from '../handlers/objects.js'
import { fileOf, step, type Step } from '../places.js'
import { enclosingCallable, type References } from '../references.js'
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
    return first ? placesOf(first, first.served?.root ?? null, references).map(place => draftOf(first, group, place)) : []
  })
}

function groupKey(verdict: HandlerVerdict): string {
  const root = verdict.served?.root.node
  const node = root && fileOf(root) ? root : null
  return node ? `${node.getSourceFile().fileName}:${String(node.pos)}` : verdict.site.object === null && verdict.site.descriptor.exports ? verdict.site.descriptor.name : verdict.site.file
}

function draftOf(first: HandlerVerdict, group: readonly HandlerVerdict[], place: FindingPlace): Draft {
  const root = first.served?.root ?? null
  const { service, entry } = first
  const count = group.length === 1 ? '1 handler' : `${String(group.length)} handlers`
  const { label } = first.site.descriptor
  const by = first.by.startsWith('nothing') ? 'nothing traces' : isLate(first) ? `${first.by.replace(/ it$/u, '')} ${count === '1 handler' ? 'the handler' : 'the handlers'}, so that nothing traces` : `${first.by}, so that nothing traces`
  const start = entry.starts[0]
  return {
    rule: 'require-handler-tracing',
    message: `${/^(?:nothing|a) /u.test(by) ? capital(by) : by} ${count} of ${label} in service "${service.name}": their requests are missing from every trace. ${isLate(first) ? 'Register it before the routes.' : adviceFor(first)}`,
    node: place.node,
    service,
    steps: [
      ...place.steps,
      ...first.steps,
      ...group.slice(0, 20).map(one => step(one.site.node, handlerText(one))),
      ...(start ? [{ file: start.place.file, origin: { file: start.place.file, start: 0, end: 0, from: { line: start.place.line, column: 0 }, to: { line: start.place.line, column: start.place.text.length } }, text: `started without tracing: ${start.place.text}` }] : []),
    ],
    certainty: first.by.startsWith('nothing') ? 'certain' : 'likely',
    subject: groupKey(first),
    leftToLint: isSeenByLint(first, group, root),
  }
}

interface FindingPlace {
  readonly node: ts.Node
  readonly steps: readonly Step[]
}

/** The app itself; where a package of the repository makes it, each place of this service that has one made. */
function placesOf(verdict: HandlerVerdict, root: FrameworkObject | null, references: References): readonly FindingPlace[] {
  const node = root && fileOf(root.node) ? root.node : verdict.site.node
  const isOwn = (one: ts.Node): boolean => one.getSourceFile().fileName.startsWith(verdict.service.dir)
  if (isOwn(node)) return [{ node, steps: [] }]
  const files = new Set(verdict.entry.order.files.keys())
  const made = step(node, 'the server is made here')
  const owner = enclosingCallable(node)
  const owners = owner ? [owner, ...(ts.isClassLike(owner.parent) ? [owner.parent] : [])] : []
  const direct = owners.flatMap(one => references.to(one)).filter(use => isOwn(use) && files.has(use.getSourceFile().fileName) && (ts.isCallExpression(use) || ts.isNewExpression(use)))
  const makers = direct.some(ts.isNewExpression) ? direct.filter(ts.isNewExpression) : direct
  if (makers.length > 0) return makers.map(use => ({ node: use, steps: [made] }))
  const way = references.liveness(node, files) ?? []
  return [{ node: way.find(isOwn) ?? node, steps: [made, ...way.slice(1).map(one => step(one, 'by this call'))] }]
}

/** The middleware is there, and too late. */
function isLate(verdict: HandlerVerdict): boolean {
  return verdict.by.endsWith('is registered only after it')
}

function handlerText(verdict: HandlerVerdict): string {
  const name = [verdict.site.method, verdict.site.route].filter(Boolean).join(' ')
  return name === '' ? `a handler of ${verdict.site.descriptor.label}` : name
}

function adviceFor(verdict: HandlerVerdict): string {
  const { descriptor } = verdict.site
  if (verdict.by.endsWith('exports them')) return 'Set up a provider before it: initTracing() of @spanguard/runtime, or node --import @spanguard/runtime/register.'
  if (descriptor.name === 'next') return "Add instrumentation.ts with: export { onRequestError, register } from '@spanguard/runtime/next'."
  const { insert } = descriptor
  if (!insert) return 'Preload an SDK that instruments it, with --import or --require in the start command.'
  const isSetUp = !verdict.by.startsWith('nothing')
  const name = `${insert.export} of ${insert.module}`
  const add = insert.wrap !== undefined && descriptor.kind === 'consumer' ? `wrap what it runs in ${name}` : insert.spanAction === undefined ? `register ${name} before its routes` : `run its work in ${name}`
  return isSetUp ? `${capital(add)}.` : `Start it with node --import @spanguard/runtime/register, and ${add}.`
}

/** What the ESLint rule sees by itself: the app and its handlers in one file, in a package that depends on no tracing. */
function isSeenByLint(first: HandlerVerdict, group: readonly HandlerVerdict[], root: FrameworkObject | null): boolean {
  if (first.site.descriptor.name === 'next') return false
  if ([...(first.service.package?.dependencies ?? [])].some(isTracingPackage)) return false
  if (first.site.descriptor.exports) return true
  const file = root ? fileOf(root.node)?.fileName : undefined
  if (file === undefined || !file.startsWith(first.service.dir)) return false
  return first.site.descriptor.rootModule !== undefined || group.some(one => one.site.file === file)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
