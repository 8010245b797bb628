import type { TSESTree } from '@typescript-eslint/types'

import { findBinding, findVariable, getEnclosingFunction, getMemberName, getPropertyName, isFunction, unwrap } from '../bindings.js'
import type { FileHandlers } from '../handlers.js'
import type { FileAnalysis } from '../index.js'
import { nodesOf } from '../walk.js'
import { healthRoute, type Host } from './hosts.js'
import { rootOf } from './objects.js'
import { onlySaysStatus } from './probes.js'
import { findLocalFunction } from './registrations.js'
import type { Surroundings } from './surroundings.js'

/**
 * Does an app or a server serve nobody's requests, so that no trace misses them: a program that borrows the app's services and
 * closes it or writes its schema, a login that waits for one callback, a page of numbers for whoever watches the process, the door of a WebSocket, a
 * receiver of spans (which would send itself its own for ever)?
 */
export function isErrand(host: Host, file: FileHandlers, around: Surroundings, analysis: FileAnalysis): boolean {
  const { framework } = host.object
  if (framework.rootModule !== undefined) return !host.isServed && (isClosed(host, file, analysis, null) || isOnlyBuilt(host, file, analysis))
  // Whatever port is free: who asks there was told by the program itself (the callback of a login, a proxy of its own).
  if (listensAnywhere(host, file, analysis) || isClosedInTheEnd(host, file, analysis)) return true
  if (framework.partsLookAlike === true && !host.isServed && (around.isOnEdge || isTriedOut(host, file, analysis))) return true
  if (framework.kind !== 'server') return onlySaysStatus(host, file, analysis)
  // A server of `node:http` in a package that is a command stands on its user's own machine.
  if (framework.name === 'node-http' && around.isCommand) return true
  const bodies = host.handlers.flatMap((call) => call.handlers.map((handler) => findLocalFunction(handler, analysis) ?? handler))
  if (bodies.length === 0) return false
  return bodies.every((body) => isErrandHandler(body, host, file, analysis))
}

function isErrandHandler(body: TSESTree.Node, host: Host, file: FileHandlers, analysis: FileAnalysis): boolean {
  const paths = readComparedPaths(analysis.sourceCode.text.slice(...body.range))
  if (paths.includes('/v1/traces')) return true
  if (paths.length > 0 && paths.every((path) => healthRoute.test(path))) return true
  if (givesAway(body, analysis) || neverAnswers(body, host, analysis)) return true
  if (isClosed(host, file, analysis, body) || (carriesWebSocket(host, analysis) && onlyAnswers(body, analysis))) return true
  // `finish(null, code)`, a function of the file that closes it. A server of more paths has one for whoever wants to end it.
  return paths.length <= 1 && localCallsIn(body, analysis).some((called) => isClosed(host, file, analysis, called))
}

/** The functions of this file that a function calls by their names. */
function localCallsIn(body: TSESTree.Node, analysis: FileAnalysis): TSESTree.Node[] {
  return analysis.calls.flatMap(({ callee, range }) => {
    if (callee.type !== 'Identifier' || range[0] < body.range[0] || range[1] > body.range[1]) return []
    const called = findLocalFunction(callee, analysis)
    return called === null ? [] : [called]
  })
}

/** `server.on('request', (_request, response) => { response.setHeader('connection', 'close') })`: it ends no response and hands none on, so that somebody else answers. */
function neverAnswers(body: TSESTree.Node, { object }: Host, { sourceCode }: FileAnalysis): boolean {
  const answer = isFunction(body) ? body.params[1] : undefined
  if (object.framework.name !== 'node-http' || answer?.type !== 'Identifier') return false
  const references = sourceCode.getDeclaredVariables(body).find(({ name }) => name === answer.name)?.references ?? []
  return (
    references.length > 0 &&
    references.every(({ identifier }) => {
      const { parent } = identifier
      return parent.type === 'MemberExpression' && parent.object === identifier && noAnswers.has(getMemberName(parent) ?? '')
    })
  )
}

/** What is asked of a response, or said of it, without answering. */
const noAnswers: ReadonlySet<string> = new Set(['headersSent', 'off', 'on', 'once', 'removeHeader', 'setHeader', 'shouldKeepAlive', 'statusCode', 'writableEnded'])

/** `finally { await app.close() }` in the function that made it: it is there for what the function does (a test of its own, a check), and no longer. */
function isClosedInTheEnd(host: Host, file: FileHandlers, analysis: FileAnalysis): boolean {
  const { creation } = host.object
  return callsOf(host, file, analysis, null).some(({ call, name }) => {
    const ending = name === 'close' ? findTryOfFinally(call) : null
    if (ending === null) return false
    const home = getEnclosingFunction(ending)
    const isMadeThere = home === null || (creation.range[0] >= home.range[0] && creation.range[1] <= home.range[1])
    return isMadeThere && !waitsForSignal(creation.range[1], call.range[0], analysis.sourceCode)
  })
}

function findTryOfFinally(node: TSESTree.Node): TSESTree.TryStatement | null {
  // The parent of the program is null or undefined, depending on the parser.
  for (let current = node; current.parent != null; current = current.parent) {
    if (current.parent.type === 'TryStatement' && current.parent.finalizer === current) return current.parent
  }
  return null
}

/** `await app.request('/orders')` of Hono, in a file that hands the app to nobody: it is tried out. */
function isTriedOut(host: Host, file: FileHandlers, analysis: FileAnalysis): boolean {
  const { body } = analysis.sourceCode.ast
  return !body.some(({ type }) => type === 'ExportDefaultDeclaration') && methodsOf(host, file, analysis, null).includes('request')
}

/**
 * Does a server hand its requests to what its caller gives (a library's `serve(handler)`, which may be traced), or to Next.js
 * (`app.getRequestHandler()`), which its own hook traces?
 */
function givesAway(body: TSESTree.Node, { calls, sourceCode }: FileAnalysis): boolean {
  return calls.some(({ callee, range }) => {
    if (callee.type !== 'Identifier' || range[0] < body.range[0] || range[1] > body.range[1]) return false
    const definition = findVariable(callee, sourceCode)?.defs[0]
    if (definition?.type === 'Parameter') return definition.node.range[0] < body.range[0]
    const made = definition?.type === 'Variable' && definition.node.init !== null ? unwrap(definition.node.init) : null
    return made?.type === 'CallExpression' && made.callee.type === 'MemberExpression' && getMemberName(made.callee) === 'getRequestHandler'
  })
}

/** Is `close` called on the object, anywhere or inside of one function? */
function isClosed(host: Host, file: FileHandlers, analysis: FileAnalysis, within: TSESTree.Node | null): boolean {
  return methodsOf(host, file, analysis, within).includes('close')
}

/**
 * `await app.init()`, and nobody is given the app, its server or its adapter, nor did the app get an adapter that others hold: what
 * it was made for is in this file, and is no request.
 */
function isOnlyBuilt(host: Host, file: FileHandlers, analysis: FileAnalysis): boolean {
  const [, ...options] = host.object.creation.arguments
  if (host.isGivenAway || options.some((option) => option.type !== 'ObjectExpression')) return false
  const methods = methodsOf(host, file, analysis, null)
  return methods.includes('init') && !methods.some((name) => name.startsWith('getHttp'))
}

/** `server.listen(0, …)`, `app.listen({ port: 0 })`, and nothing else. */
function listensAnywhere(host: Host, file: FileHandlers, analysis: FileAnalysis): boolean {
  const listens = callsOf(host, file, analysis, null).filter(({ name }) => name === 'listen')
  return (
    listens.length > 0 &&
    listens.every(({ call: { arguments: [port] } }) => {
      if (port?.type !== 'ObjectExpression') return port?.type === 'Literal' && port.value === 0
      return port.properties.some((property) => property.type === 'Property' && getPropertyName(property) === 'port' && property.value.type === 'Literal' && property.value.value === 0)
    })
  )
}

/** What is called on the object, anywhere or inside of one function. */
function methodsOf(host: Host, file: FileHandlers, analysis: FileAnalysis, within: TSESTree.Node | null): string[] {
  return callsOf(host, file, analysis, within).map(({ name }) => name)
}

function callsOf(host: Host, file: FileHandlers, analysis: FileAnalysis, within: TSESTree.Node | null): { readonly name: string; readonly call: FileAnalysis['calls'][number] }[] {
  return analysis.calls.flatMap((call) => {
    const { callee, range } = call
    if (within !== null && (range[0] < within.range[0] || range[1] > within.range[1])) return []
    const name = callee.type === 'MemberExpression' ? getMemberName(callee) : null
    const object = callee.type !== 'MemberExpression' || name === null ? null : file.finder.objectOf(callee.object)
    return name !== null && object !== null && rootOf(object)?.creation === host.object.creation ? [{ name, call }] : []
  })
}

const COMPARED = /(?:===?\s*|\bcase\s+|\b(?:startsWith|endsWith)\(\s*)(['"`])(\/[^'"`\s]*)\1|(['"`])(\/[^'"`\s]*)\3\s*===?/g

/** The paths that a handler asks for: `req.url === '/metrics'`, `case '/healthz':`. */
function readComparedPaths(text: string): string[] {
  return [...text.matchAll(COMPARED)].map((match) => match[2] ?? match[4] ?? '')
}

/** `new WebSocketServer({ server })`, `new Server(server)` of socket.io: the requests are the socket's. */
function carriesWebSocket(host: Host, analysis: FileAnalysis): boolean {
  return analysis.calls.some((call) => {
    if (call.type !== 'NewExpression') return false
    const callee = unwrap(call.callee)
    const name = callee.type === 'Identifier' ? callee.name : callee.type === 'MemberExpression' ? getMemberName(callee) : null
    if (name === null || !/^(?:WebSocketServer|WSServer|Server)$/i.test(name)) return false
    return call.arguments.some((argument) =>
      argument.type === 'ObjectExpression' ?
        argument.properties.some((property) => property.type === 'Property' && isServer(property.value, host, analysis))
      : isServer(argument, host, analysis),
    )
  })
}

function isServer(node: TSESTree.Node, host: Host, { sourceCode }: FileAnalysis): boolean {
  const expression = unwrap(node)
  if (expression.type !== 'Identifier') return false
  const binding = findBinding(expression, sourceCode)
  return binding?.kind === 'variable' && binding.writes.some((write) => unwrap(write) === host.object.creation)
}

/** A handler that calls nothing but its answer: "upgrade required", "not found". */
function onlyAnswers(body: TSESTree.Node, analysis: FileAnalysis): boolean {
  if (!isFunction(body)) return false
  const answer = body.params[1]
  return analysis.calls
    .filter(({ range }) => range[0] > body.range[0] && range[1] < body.range[1])
    .every((call) => {
      let object: TSESTree.Node = unwrap(call.callee)
      while (object.type === 'MemberExpression' || object.type === 'CallExpression') object = unwrap(object.type === 'CallExpression' ? object.callee : object.object)
      return object.type === 'Identifier' && answer?.type === 'Identifier' && object.name === answer.name
    })
}

/** `await consumer.disconnect()` in the function that runs it: it reads what is there, and goes. */
export function isLeftAtOnce(node: FileHandlers['calls'][number]['node'], { calls, sourceCode }: FileAnalysis): boolean {
  const object = node.callee.type === 'MemberExpression' ? unwrap(node.callee.object) : null
  const home = getEnclosingFunction(node)
  if (object?.type !== 'Identifier' || home === null) return false
  return calls.some((call) => {
    const { callee, range, type } = call
    if (type !== 'CallExpression' || range[0] < home.range[0] || range[1] > home.range[1] || callee.type !== 'MemberExpression' || getMemberName(callee) !== 'disconnect') return false
    if (callee.object.type !== 'Identifier' || callee.object.name !== object.name || getEnclosingFunction(callee) !== home) return false
    return !isInCatch(call, home) && !waitsForSignal(node.range[1], range[0], sourceCode)
  })
}

/** What is left because it failed was meant to stay. */
function isInCatch(node: TSESTree.Node, home: TSESTree.Node): boolean {
  for (let current: TSESTree.Node | undefined = node; current !== undefined && current !== home; current = current.parent) if (current.type === 'CatchClause') return true
  return false
}

/** An `AbortSignal` that is handed on (`{ signal }`, `controller.signal`) is none. */
const SIGNAL = /(?<!\.)[sS]ignal(?!\s*[,:}])|\bSIG[A-Z]+\b|\bonce\(|[sS]hut_?[dD]own/

/** `await once(process, 'SIGTERM')` between the two: it stays until the process is told to end. */
function waitsForSignal(from: number, to: number, sourceCode: FileAnalysis['sourceCode']): boolean {
  return nodesOf(sourceCode).awaits.some(({ range }) => range[0] >= from && range[1] <= to && SIGNAL.test(sourceCode.text.slice(...range)))
}
