import * as ts from './ts.js'
import { matchesModule } from '../frameworks/index.js'
import type { CoverageInput } from './coverage.js'
import { isFunctionLike, unwrap, type Entity, type Evaluator } from './evaluate.js'
import type { HandlerSite } from './handlers/collect.js'
import { isExport } from './handlers/objects.js'
import { step, type Step } from './places.js'
import { startsSpan } from './setup/find.js'
import { needsProvider } from './setup/table.js'

/** A call around the handler that traces it: `traceHandler(fn)`, or a function of the program that starts a span. */
export function wrapperOf(handler: HandlerSite, input: CoverageInput): { by: string; step: Step; needsProvider: boolean } | null {
  const { evaluator } = input
  return (handler.handler ? tracerAround(unwrap(handler.handler), handler, input) : null) ?? (handler.descriptor.kind === 'consumer' ? tracerBeside(handler, evaluator) : null) ?? spanIn(handler.from?.given, handler, evaluator)
}

function tracerAround(given: ts.Expression, handler: HandlerSite, input: CoverageInput): ReturnType<typeof wrapperOf> {
  const { evaluator } = input
  const target = ts.isIdentifier(given) ? initialiserOf(given, input) ?? given : given
  if (ts.isCallExpression(target)) {
    const callee = evaluator.evaluate(target.expression)
    const name = nameText(target.expression)
    if (isExport(callee, handler.descriptor.tracedBy) || isApproved(target.expression, input)) return { by: name, step: step(target, `${name} traces it`), needsProvider: usesProvider(callee) }
    if (callee.kind === 'function' && startsSpan(callee.node, evaluator)) return { by: name, step: step(target, `${name} starts a span around it`), needsProvider: true }
    const link = linkOf(target, handler, evaluator)
    if (link) return { by: nameText(link), step: step(link, `${nameText(link)} traces it`), needsProvider: usesProvider(evaluator.evaluate(link.expression)) }
  }
  return spanIn(evaluator.evaluate(target), handler, evaluator)
}

/**
 * What traces a consumer's callback from beside it: an option (`new Worker('orders', work, { telemetry: new BullMQOtel('orders') })`),
 * or the object that it is registered on (`traceChannel(channel).consume('orders', work)`).
 */
function tracerBeside(handler: HandlerSite, evaluator: Evaluator): ReturnType<typeof wrapperOf> {
  const wrapper = handler.object?.wrapper
  if (wrapper) return { by: nameText(wrapper), step: step(wrapper, `${nameText(wrapper)} traces it`), needsProvider: usesProvider(evaluator.evaluate(wrapper.expression)) }
  if (!ts.isCallExpression(handler.node) && !ts.isNewExpression(handler.node)) return null
  for (const argument of handler.node.arguments ?? []) {
    const given = evaluator.evaluate(argument)
    const options = given.kind === 'value' ? given.node : unwrap(argument)
    if (!ts.isObjectLiteralExpression(options)) continue
    for (const property of options.properties) {
      if (!ts.isPropertyAssignment(property)) continue
      const value = evaluator.evaluate(property.initializer)
      if (value.kind !== 'result' || !isExport(value.callee, handler.descriptor.tracedBy)) continue
      const name = nameText(ts.isNewExpression(value.node) ? value.node.expression : value.node)
      return { by: name, step: step(property, `${name} traces it`), needsProvider: usesProvider(value.callee) }
    }
  }
  return null
}

/** What traces among the links of a chain that is wrapped around a handler: `middy(fn).use(captureLambdaHandler(tracer))`. */
function linkOf(chain: ts.CallExpression, handler: HandlerSite, evaluator: Evaluator): ts.CallExpression | null {
  const isTracer = (call: ts.CallExpression): boolean => isExport(evaluator.evaluate(call.expression), handler.descriptor.tracedBy)
  for (let at: ts.Expression = chain; ts.isCallExpression(at); at = ts.isPropertyAccessExpression(at.expression) ? unwrap(at.expression.expression) : at.expression) {
    if (isTracer(at)) return at
    for (const argument of at.arguments) {
      const given = (ts.isArrayLiteralExpression(argument) ? argument.elements : [argument]).map(unwrap).filter(ts.isCallExpression).find(isTracer)
      if (given) return given
    }
  }
  return null
}

/** A function whose own code works with a tracer of its framework: a decorator `@tracer.captureLambdaHandler()`, `tracer.getSegment()`. */
function usesTracer(node: ts.FunctionLikeDeclaration, handler: HandlerSite, evaluator: Evaluator): boolean {
  let found = false as boolean
  const visit = (at: ts.Node): void => {
    if (found) return
    if (ts.isCallExpression(at) && ts.isPropertyAccessExpression(at.expression)) {
      const of = evaluator.evaluate(at.expression.expression)
      found = of.kind === 'result' && ts.isNewExpression(of.node) && isExport(of.callee, handler.descriptor.tracedBy)
    }
    ts.forEachChild(at, visit)
  }
  visit(node)
  return found
}

/** A server of node:http has one handler, in which ESLint's rule takes a span made by hand for tracing, too. */
function spanIn(entity: Entity | undefined, handler: HandlerSite, evaluator: Evaluator): ReturnType<typeof wrapperOf> {
  if (handler.descriptor.kind === 'app' || entity?.kind !== 'function' || !isFunctionLike(entity.node)) return null
  if (handler.descriptor.kind === 'function' && usesTracer(entity.node, handler, evaluator)) return { by: 'a tracer of its own', step: step(entity.node, 'works with a tracer'), needsProvider: false }
  if (!startsSpan(entity.node, evaluator, 1)) return null
  return { by: 'a span of its own', step: step(entity.node, 'starts a span'), needsProvider: true }
}

function initialiserOf(node: ts.Identifier, input: CoverageInput): ts.Expression | null {
  const entity = input.evaluator.evaluate(node)
  const owner = entity.kind === 'function' ? entity.node : entity.kind === 'result' ? entity.node : null
  if (!owner) return null
  // `const handler = wrap(fn)` evaluates to what wrap returns; the call itself stands at the declaration.
  const file = node.getSourceFile()
  let found: ts.Expression | null = null
  const visit = (at: ts.Node): void => {
    if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name) && at.name.text === node.text && at.initializer) found = unwrap(at.initializer)
    else ts.forEachChild(at, visit)
  }
  visit(file)
  return found
}

/** Does what traces hand its spans to the process's provider? A module that the config approves is trusted to bring its own. */
export function usesProvider(entity: Entity): boolean {
  return entity.kind === 'export' ? needsProvider.test(entity.module) : false
}

/** An expression in one line: what is called, without the arguments of calls that make it. */
export function nameText(node: ts.Expression): string {
  const callee = unwrap(node)
  if (isFunctionLike(callee)) return 'a middleware of its own'
  const text = (ts.isCallExpression(callee) ? callee.expression : callee).getText().replace(/\s+/gu, ' ')
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

/** Is the callee an export of a module that the config approves? */
export function isApproved(node: ts.Expression, input: CoverageInput): boolean {
  if (input.approved.size === 0) return false
  const entity = input.evaluator.evaluate(node)
  if (entity.kind === 'export') return [...input.approved].some(name => name !== '@spanguard/runtime' && matchesModule(entity.module, name))
  return entity.kind === 'function' && input.approved.has(entity.node.getSourceFile().fileName)
}
