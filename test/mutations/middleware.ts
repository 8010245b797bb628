import type { TSESTree } from '@typescript-eslint/types'

import { type Kind, mutant, type Mutant } from './mutant.js'
import { calledName, type Change, type FunctionNode, isFunction, isWithin, nodesOf, type Program, removal, textOf } from './program.js'

export const middlewareRemoved: Kind = {
  name: 'middleware removed',
  preset: 'recommended',
  rules: ['require-handler-tracing'],
  mutate: removeMiddleware,
}

/** What traces handlers, by the names of the runtime's exports. */
const tracing = /\b(?:expressTracing|koaTracing|honoTracing|fastifyTracing|traceHandler|TracingModule|traceRequests|traced)\b/
const routeMethods = new Set(['all', 'delete', 'get', 'on', 'post', 'put', 'route'])

function removeMiddleware(program: Program): readonly Mutant[] {
  if (!program.text.includes('@spanguard/runtime')) return []
  const removed = [...removeUses(program), ...unwrapHandlers(program), ...leaveModuleOut(program), ...unwrapWork(program)]
  const found = removed.map(({ at, changes }) => mutant(program, at, 'without its tracing', changes))
  const bare = removed.flatMap(({ at, changes }) => {
    const imports = importsOfRuntime(program)
    return imports.length === 0 ? [] : [mutant(program, at, 'without its tracing and the import', [...changes, ...imports.map((node) => removal(node, program))])]
  })
  return [...found, ...bare, ...moveBehindRoutes(program)]
}

interface Removed {
  readonly at: TSESTree.Node
  readonly changes: readonly Change[]
}

/** `app.use(expressTracing())`, `await app.register(fastifyTracing)`, and both as links of a chain. */
function removeUses(program: Program): readonly Removed[] {
  return usesOf(program).map((call) => {
    const statement = statementAround(call)
    if (statement !== null) return { at: call, changes: [removal(statement, program)] }
    const { object } = call.callee as TSESTree.MemberExpression
    return { at: call, changes: [{ range: [object.range[1], call.range[1]], text: '' }] }
  })
}

function usesOf(program: Program): readonly TSESTree.CallExpression[] {
  return nodesOf(program, 'CallExpression').filter((call) => {
    const isUse = calledName(call) === 'use' || calledName(call) === 'register'
    return isUse && call.arguments.some((argument) => tracing.test(textOf(argument, program)))
  })
}

function statementAround(call: TSESTree.CallExpression): TSESTree.ExpressionStatement | null {
  const outer = call.parent.type === 'AwaitExpression' ? call.parent.parent : call.parent
  return outer.type === 'ExpressionStatement' ? outer : null
}

/** `traceHandler(handler)` becomes `handler`. */
function unwrapHandlers(program: Program): readonly Removed[] {
  return nodesOf(program, 'CallExpression').flatMap((call) => {
    const [handler] = call.arguments
    const isTraced = (calledName(call) === 'traceHandler' || calledName(call) === 'traced') && call.arguments.length === 1
    return isTraced && handler !== undefined ? [{ at: call, changes: [{ range: call.range, text: textOf(handler, program) }] }] : []
  })
}

function leaveModuleOut(program: Program): readonly Removed[] {
  return nodesOf(program, 'ArrayExpression').flatMap((list) =>
    textOf(list, program) === '[TracingModule]' ? [{ at: list, changes: [{ range: list.range, text: '[]' }] }] : [],
  )
}

/** The work of `withSpan('…', () => work)` in place of the call, for consumers, functions and jobs. */
function unwrapWork(program: Program): readonly Removed[] {
  if (!program.file.startsWith('src/jobs')) return []
  return nodesOf(program, 'CallExpression').flatMap((call) => {
    const work = call.arguments.at(-1)
    if (calledName(call) !== 'withSpan' || !isFunction(work)) return []
    const changes = inline(call, work, program)
    return changes === null ? [] : [{ at: call, changes }]
  })
}

function inline(call: TSESTree.CallExpression, work: FunctionNode, program: Program): readonly Change[] | null {
  if (work.body.type !== 'BlockStatement') return [{ range: call.range, text: textOf(work.body, program) }]
  const [span] = work.params
  const name = span?.type === 'Identifier' ? new RegExp(String.raw`\b${span.name}\b`) : null
  const statements = work.body.body.map((statement) => textOf(statement, program)).filter((text) => name?.test(text) !== true)
  let { parent } = call
  if (parent.type === 'AwaitExpression') ({ parent } = parent)
  if (parent.type === 'ArrowFunctionExpression') {
    const text = `{\n${statements.join('\n')}\n}`
    return [{ range: call.range, text }, ...(work.async && !parent.async ? [{ range: [parent.range[0], parent.range[0]] as const, text: 'async ' }] : [])]
  }
  const isAlone = parent.type === 'ReturnStatement' || parent.type === 'ExpressionStatement'
  return isAlone ? [{ range: parent.range, text: statements.join('\n') }] : null
}

function importsOfRuntime(program: Program): readonly TSESTree.Node[] {
  return program.nodes.filter(
    (node) =>
      (node.type === 'ImportDeclaration' || node.type === 'VariableDeclaration' || node.type === 'TSImportEqualsDeclaration') &&
      node.parent.type === 'Program' &&
      /(?:from|require\() ?'@spanguard\/runtime/.test(textOf(node, program)),
  )
}

/** The middleware behind the last route of its app, where requests to the routes never come by. */
function moveBehindRoutes(program: Program): readonly Mutant[] {
  return usesOf(program).flatMap((call) => {
    const statement = statementAround(call)
    const block = statement?.parent
    if (statement === null || calledName(call) !== 'use' || (block?.type !== 'Program' && block?.type !== 'BlockStatement')) return []
    const app = textOf((call.callee as TSESTree.MemberExpression).object, program)
    const routes = nodesOf(program, 'CallExpression').filter((route) => isRouteOf(app, route, program))
    const last = block.body.findLast((sibling) => sibling.range[0] > statement.range[0] && routes.some((route) => isWithin(route, sibling)))
    if (last === undefined) return []
    const insertion: Change = { range: [last.range[1], last.range[1]], text: `\n${textOf(statement, program)}` }
    return [mutant(program, call, 'its tracing behind the routes', [insertion, removal(statement, program)])]
  })
}

function isRouteOf(app: string, { callee, arguments: given }: TSESTree.CallExpression, program: Program): boolean {
  if (callee.type !== 'MemberExpression' || textOf(callee.object, program) !== app) return false
  const method = textOf(callee.property, program)
  return routeMethods.has(method) || (method === 'use' && given.some((argument) => textOf(argument, program).includes('.routes()')))
}
