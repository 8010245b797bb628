import type { TSESTree } from '@typescript-eslint/types'

import { type FunctionNode, getMemberName, isFunction, unwrap } from '../bindings.js'
import type { FileHandlers } from '../handlers.js'
import { resolveReference } from '../imports.js'
import type { FileAnalysis } from '../index.js'
import { replyMethods } from '../lifetimes/non-throwing.js'
import { eachChild, hasWithin, nodesOf } from '../walk.js'
import type { Host } from './hosts.js'
import { rootOf } from './objects.js'
import { findLocalFunction, type HandlerCall } from './registrations.js'

/** An answer that says how the process is, in words of its own: `{ status: 'ok' }`, `{ uptime: process.uptime() }`, `'OK'`. What it read elsewhere is data. */
const STATUS = /[\s{,'"](?:alive|healthy|ok|ready|running|status|up|uptime)['"]?\s*:\s*(?:true\b|200\b|(?:Math\.\w+\()?process\.uptime\()|(?:\?\s*(['"`])(?:alive|healthy|ok|ready|running|up)\1|(['"`])(?:alive|healthy|ok|ready|running|up)\2(?!\s*:))/i

/** What such an answer may ask. */
const ownProcess: ReadonlySet<string> = new Set(['Date', 'JSON', 'Math', 'Number', 'os', 'performance', 'process'])

/** How an answer is given. Whatever else is called on what a handler is given may be a database that hangs there. */
const answering: ReadonlySet<string> = new Set([...replyMethods, 'setHeader', 'text'])

/** One route, whose one function says that the process runs and asks nobody for it: a probe's, whatever its path. */
export function onlySaysStatus(host: Host, file: FileHandlers, analysis: FileAnalysis): boolean {
  const [only, ...others] = host.handlers
  if (only === undefined || others.length > 0 || host.mounts.length > 0 || host.isGivenAway || host.passedTo.length > 0) return false
  if (host.middleware.some(({ node }) => !node.arguments.every((argument) => isBodyParser(argument, analysis)))) return false
  if (hasComputedRoutes(host, file, analysis)) return false
  const body = onlyFunction(only, analysis)
  return body !== null && STATUS.test(analysis.sourceCode.text.slice(...body.range)) && asksNobody(body, analysis)
}

/** The function that answers, where nothing that could work stands before it: `app.get('/', (req, res) => …)`. */
function onlyFunction({ handlers, node, path }: HandlerCall, analysis: FileAnalysis): FunctionNode | null {
  const last = handlers.at(-1)
  const body = findLocalFunction(last ?? node, analysis)
  const others = node.arguments.filter((argument) => argument !== last && argument !== path && argument.type !== 'ObjectExpression')
  return body !== null && isFunction(body) && others.every((argument) => isBodyParser(argument, analysis)) ? body : null
}

/** `express.json()`, `bodyParser.urlencoded({ extended: true })`. Other middleware may do work. */
function isBodyParser(node: TSESTree.Node, { sourceCode }: FileAnalysis): boolean {
  const expression = unwrap(node)
  const reference = resolveReference(unwrap(expression.type === 'CallExpression' ? expression.callee : expression), sourceCode)
  if (reference === null) return false
  return /^(?:json|raw|text|urlencoded)$/.test(reference.path.at(-1) ?? reference.imported) || /body-?parser/i.test(reference.module)
}

/** `app[route.method](route.path, route.handler)`: routes that cannot be counted. */
function hasComputedRoutes(host: Host, file: FileHandlers, { calls }: FileAnalysis): boolean {
  return calls.some(({ callee }) => {
    if (callee.type !== 'MemberExpression' || !callee.computed || getMemberName(callee) !== null) return false
    const object = file.finder.objectOf(callee.object)
    return object !== null && rootOf(object)?.creation === host.object.creation
  })
}

/** Does a function wait for nothing, and call nothing but the answer's own methods and its own process? */
function asksNobody(body: FunctionNode, { calls, sourceCode }: FileAnalysis): boolean {
  if (hasWithin(nodesOf(sourceCode).awaits, body) || hasTaggedTemplate(body, sourceCode)) return false
  const given = new Set(body.params.map((param) => (param.type === 'Identifier' ? param.name : '')))
  return calls.every(({ callee, range }) => {
    if (range[0] < body.range[0] || range[1] > body.range[1]) return true
    const { isReply, root } = readChain(callee)
    return root.type === 'Identifier' && (ownProcess.has(root.name) || (isReply && given.has(root.name) && !/^_?req(?:uest)?$/.test(root.name)))
  })
}

/** `res` of `res.status(200).json`, and whether a reply's methods alone lead from it. */
function readChain(callee: TSESTree.Node): { readonly isReply: boolean; readonly root: TSESTree.Node } {
  let isReply = true
  let isCalled = true
  let root = unwrap(callee)
  for (;;) {
    if (root.type === 'MemberExpression') {
      isReply &&= isCalled && answering.has(getMemberName(root) ?? '')
      isCalled = false
      root = unwrap(root.object)
    } else if (root.type === 'CallExpression' || root.type === 'NewExpression') {
      isCalled = true
      root = unwrap(root.callee)
    } else return { isReply, root }
  }
}

/** `` sql`SELECT …` `` asks, though it is no call. */
function hasTaggedTemplate(node: TSESTree.Node, sourceCode: FileAnalysis['sourceCode']): boolean {
  if (node.type === 'TaggedTemplateExpression') return true
  let found = false
  eachChild(node, sourceCode.visitorKeys, (child) => {
    found ||= hasTaggedTemplate(child, sourceCode)
  })
  return found
}
