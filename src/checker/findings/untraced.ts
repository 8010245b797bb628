import * as ts from '../ts.js'
import { isTracingPackage } from '../../frameworks/index.js'
import type { HandlerVerdict } from '../coverage.js'
import { unwrap } from '../evaluate.js'
import type { FrameworkObject } from '../handlers/objects.js'
import { fileOf, step, type Step } from '../places.js'
import { requiredModule } from '../program.js'
import { enclosingCallable, type References } from '../references.js'
import type { Draft } from './draft.js'

/** One finding for each app (or file of handlers) of each service that nothing traces. */
export function untracedFindings(verdicts: readonly HandlerVerdict[], references: References): Draft[] {
  const groups = new Map<string, HandlerVerdict[]>()
  const untraced = verdicts.filter(verdict => verdict.status === 'untraced')
  for (const verdict of untraced) {
    // A route whose app is out of sight is most likely one of the app that its process makes: one finding says both.
    const app = verdict.served === null && verdict.site.object !== null ? untraced.find(other => other.entry === verdict.entry && other.site.descriptor === verdict.site.descriptor && other.served !== null) : undefined
    const key = `${verdict.service.name}\0${groupKey(app ?? verdict)}`
    const group = groups.get(key)
    if (group) group.push(verdict)
    else groups.set(key, [verdict])
  }
  return [...groups.values()].flatMap(group => {
    const first = group.find(one => one.behind === undefined && one.served !== null) ?? group.find(one => one.behind === undefined) ?? group[0]
    return first ? placesOf(first, first.served?.root ?? null, references).map(place => draftOf(first, group, place)) : []
  })
}

function groupKey(verdict: HandlerVerdict): string {
  if (verdict.behind) return groupKey(verdict.behind)
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
  const name = [verdict.site.method, verdict.route].filter(Boolean).join(' ')
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

/**
 * What the ESLint rule surely sees by itself: the app and its handlers in one file, made in a plain way, in a package that depends
 * on no tracing. In doubt both say it: an untraced handler of which each thinks that the other speaks is heard of by nobody.
 */
function isSeenByLint(first: HandlerVerdict, group: readonly HandlerVerdict[], root: FrameworkObject | null): boolean {
  const { descriptor } = first.site
  if (descriptor.name === 'next') return false
  if ([...(first.service.package?.dependencies ?? [])].some(isTracingPackage)) return false
  if (descriptor.exports) return first.site.isDeployedOnly !== true
  const file = root ? fileOf(root.node) : null
  if (!root || !file?.fileName.startsWith(first.service.dir)) return false
  if (descriptor.rootModule !== undefined) return true
  return group.some(one => one.site.file === file.fileName) && isMadePlainly(root.node) && !group.some(one => one.site.handler !== null && ts.isConditionalExpression(unwrap(one.site.handler)))
    && (isLate(first) || !importsMiddleware(file, descriptor.insert?.module))
}

/** `const app = express()`, `this.app = express()`, `new Hono().get(…)`, `createServer(handle).listen(…)`, of what the file imports. */
function isMadePlainly(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return false
  if (ts.isPropertyAccessExpression(node.expression) && !isImported(node.expression.expression)) return false
  let at: ts.Node = node
  for (let { parent } = at; ; { parent } = at) {
    const isChained = ts.isPropertyAccessExpression(parent) && ts.isCallExpression(parent.parent) && parent.parent.expression === parent
    if (isChained) at = parent.parent
    else if (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent) || ts.isSatisfiesExpression(parent) || ts.isNonNullExpression(parent) || ts.isAwaitExpression(parent)) at = parent
    else break
  }
  const { parent } = at
  if (ts.isExpressionStatement(parent)) return true
  if (ts.isVariableDeclaration(parent)) return ts.isIdentifier(parent.name)
  if (ts.isPropertyDeclaration(parent)) return parent.modifiers?.some(modifier => modifier.kind === ts.SyntaxKind.StaticKeyword) !== true
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && parent.right === at && ts.isExpressionStatement(parent.parent)
    && (ts.isIdentifier(parent.left) || (ts.isPropertyAccessExpression(parent.left) && parent.left.expression.kind === ts.SyntaxKind.ThisKeyword))
}

/** Is it a module of its file: `http` of `import http from 'node:http'`, or of `const http = require('node:http')`? */
function isImported(node: ts.Expression): boolean {
  return node.getSourceFile().statements.some(statement => {
    if (ts.isImportDeclaration(statement)) {
      const { name, namedBindings } = statement.importClause ?? {}
      const names = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements.map(element => element.name) : [namedBindings?.name]
      return ts.isIdentifier(node) && [name, ...names].some(one => one?.text === node.text)
    }
    if (ts.isImportEqualsDeclaration(statement)) return ts.isIdentifier(node) && statement.name.text === node.text
    return ts.isVariableStatement(statement) && statement.declarationList.declarations.some(({ name, initializer }) => ts.isIdentifier(node) && ts.isIdentifier(name) && name.text === node.text && initializer !== undefined && requiredModule(initializer) !== null)
  }) || requiredModule(node) !== null
}

/** A file that has the middleware and is not traced by it uses it in a way that one file does not explain. */
function importsMiddleware(file: ts.SourceFile, module: string | undefined): boolean {
  return module !== undefined && file.text.includes(module)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
