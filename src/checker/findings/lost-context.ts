import * as ts from '../ts.js'

import { exportName, matchesExport } from '../../frameworks/index.js'
import { processTracing, type CoverageInput } from '../coverage.js'
import { unwrap } from '../evaluate.js'
import { step } from '../places.js'
import type { Service } from '../services.js'
import type { Draft } from './draft.js'

/** Calls that leave the process. Source: each package's README. */
const clients = [
  ...['http', 'https', 'node:http', 'node:https'].flatMap((module) => ['get', 'request'].map((name) => ({ module, export: name }))),
  ...['delete', 'get', 'head', 'patch', 'post', 'put', 'request'].map((name) => ({ module: 'axios', export: name })),
  { module: 'axios', export: 'default' },
  { module: 'got', export: '*' },
  { module: 'ky', export: '*' },
  { module: 'node-fetch', export: 'default' },
  { module: 'undici', export: 'fetch' },
  { module: 'undici', export: 'request' },
]

/** Words without which a file makes no such call. */
const clientWords = /\bfetch\s*\(|axios|\bgot\b|\bky\b|node-fetch|undici|\bhttps?\b/u

/**
 * Requests to other services from a process that makes spans and instruments no client: the trace ends where they begin. A service
 * that injects the context by hand anywhere is taken to know what it does.
 */
export function lostContextFindings(service: Service, input: CoverageInput): Draft[] {
  return service.entries.flatMap((entry) => {
    const tracings = processTracing(entry, input)
    const [provider] = tracings.filter(({ effect }) => effect === 'provider')
    // The runtime and every distribution carry the context; an SDK without instrumentations does not.
    if (provider === undefined || tracings.some(({ effect, module }) => effect !== 'provider' || module.startsWith('@spanguard/'))) return []
    const files = [...entry.order.files.keys()].flatMap((file) => input.program.file(file) ?? [])
    if (files.some(({ root }) => /\bpropagation\b[^;]*\binject\b|traceparent|instrumentation-(?:http|undici|grpc)/u.test(root.text))) return []
    const calls = files.filter(({ root }) => clientWords.test(root.text)).flatMap(({ root }) => outboundCalls(root, input))
    const [first, ...others] = calls
    if (first === undefined) return []
    const count = others.length === 0 ? 'This request leaves' : `${String(calls.length)} requests leave`
    return [
      {
        rule: 'no-context-loss',
        message: `${count} service "${service.name}" without the trace's context: ${provider.by} instruments no HTTP client, so that the next service starts a trace of its own. Register the instrumentation of undici and http, or set up @spanguard/runtime, which has both.`,
        node: first,
        service,
        steps: [...provider.steps, ...others.slice(0, 20).map((call) => step(call, 'and here'))],
        certainty: 'likely',
        subject: 'outbound',
        leftToLint: false,
        severity: 'warn',
      },
    ]
  })
}

function outboundCalls(root: ts.SourceFile, { evaluator, program }: CoverageInput): ts.CallExpression[] {
  const found: ts.CallExpression[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isOutbound(node)) found.push(node)
    if (!ts.isTypeNode(node)) ts.forEachChild(node, visit)
  }
  const isOutbound = (call: ts.CallExpression): boolean => {
    const callee = unwrap(call.expression)
    if (ts.isIdentifier(callee) && callee.text === 'fetch') return program.declarationOf(callee)?.getSourceFile().isDeclarationFile !== false
    const entity = evaluator.evaluate(callee)
    if (entity.kind !== 'export') return false
    const [imported = '', ...path] = entity.path
    return clients.some((client) => matchesExport(client, entity.module, exportName(imported, path)))
  }
  visit(root)
  return found
}
