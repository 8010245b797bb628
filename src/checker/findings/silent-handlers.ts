import * as ts from '../ts.js'

import type { HandlerVerdict } from '../coverage.js'
import { isFunctionLike, type Evaluator, unwrap } from '../evaluate.js'
import type { HandlerSite } from '../handlers/sites.js'
import { step } from '../places.js'
import type { Program } from '../program.js'
import type { Service } from '../services.js'
import { nodeAt, type SpanFacts } from './data-and-names.js'
import type { Draft } from './draft.js'

/** How deep calls are followed from a handler. */
const maxDepth = 5
/** A service of which a smaller share of handlers has spans of its own does not name its work by spans: nothing is missing. In percent. */
const leastShare = 50
/** What an orchestrator asks for, and the greeting at the root, have no work to name. */
const probes = /^\/$|(?:^|\/)(?:health(?:z|check)?|live(?:z|ness)?|metrics|ping|ready|readyz|readiness|status|version)(?:\/|$)/u

/** What JavaScript computes at once. Sorted. */
const pure = new Set(['Array', 'BigInt', 'Boolean', 'Date', 'Error', 'JSON', 'Map', 'Math', 'Number', 'Object', 'RegExp', 'Set', 'String', 'URL', 'URLSearchParams', 'decodeURIComponent', 'encodeURIComponent', 'isNaN', 'parseFloat', 'parseInt'])

/**
 * Handlers whose work starts no span of the domain, in a service whose other handlers do: their traces say that a request was slow,
 * not what was. One warning for a service.
 */
export function silentHandlerFindings(service: Service, verdicts: readonly HandlerVerdict[], program: Program, facts: SpanFacts, evaluator: Evaluator): Draft[] {
  const starts = new Set<ts.Node>()
  const all = [...[...facts.direct.values()].flat(), ...facts.derived.map(({ fact }) => fact)]
  for (const fact of all) {
    const node = fact.fact === 'span-start' ? nodeAt(program, fact.origin) : null
    if (node !== null) starts.add(node)
  }
  if (starts.size === 0) return []
  const judged = verdicts.flatMap((verdict) => {
    const handler = functionOf(verdict.site, evaluator)
    return verdict.status !== 'traced' || handler === null || probes.test(verdict.route ?? '') || answersAtOnce(handler) ? [] : [{ verdict, hasSpan: reaches(handler, starts, evaluator, maxDepth, new Set()) }]
  })
  const silent = judged.filter(({ hasSpan }) => !hasSpan)
  const [first] = silent
  if (first === undefined || judged.length - silent.length < 2 || 100 * (judged.length - silent.length) < leastShare * judged.length) return []
  return [
    {
      rule: 'handler-span',
      message: `${String(silent.length)} of ${String(judged.length)} handlers of service "${service.name}" start no span of their own, while the others do: their traces say that a request was slow, and not at what. Name their work by a span.`,
      node: first.verdict.site.node,
      service,
      steps: silent.slice(0, 20).map(({ verdict }) => step(verdict.site.node, [verdict.site.method, verdict.route].filter(Boolean).join(' ') || `a handler of ${verdict.site.descriptor.label}`)),
      certainty: 'likely',
      subject: service.name,
      leftToLint: false,
      severity: 'warn',
    },
  ]
}

function functionOf({ from, handler }: HandlerSite, evaluator: Evaluator): ts.FunctionLikeDeclaration | null {
  const entity = from?.given?.kind === 'function' ? from.given : handler ? evaluator.evaluate(unwrap(handler)) : null
  return entity?.kind === 'function' && entity.node.body !== undefined ? entity.node : null
}

/** Calls nothing but what it was given to answer with: such a handler has no work that a span could name. */
function answersAtOnce(handler: ts.FunctionLikeDeclaration): boolean {
  const given = new Set(handler.parameters.flatMap(parameter => namesOf(parameter.name)))
  const isAtOnce = (node: ts.Node): boolean => {
    if (ts.isAwaitExpression(node) || ts.isYieldExpression(node) || ts.isForOfStatement(node) && node.awaitModifier !== undefined || ts.isTaggedTemplateExpression(node)) return false
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const root = rootOf(node.expression)
      if (!ts.isIdentifier(root) ? !isLiteral(root) : !given.has(root.text) && !pure.has(root.text)) return false
    }
    return ts.forEachChild(node, child => (isAtOnce(child) ? undefined : true)) !== true
  }
  return handler.body !== undefined && isAtOnce(handler.body)
}

/** `response` of `response.status(202).json`. */
function rootOf(expression: ts.Expression): ts.Expression {
  let at = unwrap(expression)
  while (ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at) || ts.isCallExpression(at)) at = unwrap(at.expression)
  return at
}

function isLiteral(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isArrayLiteralExpression(node) || ts.isRegularExpressionLiteral(node)
}

function namesOf(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap(element => (ts.isBindingElement(element) ? namesOf(element.name) : []))
}

function reaches(node: ts.FunctionLikeDeclaration, starts: ReadonlySet<ts.Node>, evaluator: Evaluator, depth: number, seen: Set<ts.Node>): boolean {
  if (seen.has(node)) return false
  seen.add(node)
  let found = false as boolean
  const visit = (at: ts.Node): void => {
    if (found) return
    if (starts.has(at)) {
      found = true
      return
    }
    if (ts.isCallExpression(at) && depth > 0) {
      const entity = evaluator.evaluate(at.expression)
      if (entity.kind === 'function' && (isFunctionLike(entity.node) || ts.isMethodDeclaration(entity.node))) found = reaches(entity.node, starts, evaluator, depth - 1, seen)
      // What is injected cannot be followed; it may well start one.
      else if (entity.kind === 'parameter' || entity.kind === 'typed') found = ts.isPropertyAccessExpression(at.expression) && at.expression.expression.kind === ts.SyntaxKind.PropertyAccessExpression
    }
    ts.forEachChild(at, visit)
  }
  if (node.body) visit(node.body)
  return found
}
