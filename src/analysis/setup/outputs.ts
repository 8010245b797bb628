import { type ExporterEndpoint, type SpanOutput, splitName } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { frameworks } from '../../frameworks/index.js'
import { getPackage } from '../../project/package-json.js'
import type { Place } from '../../project/places.js'
import { findBinding, findVariable, getMemberName, getPropertyName, unwrap } from '../bindings.js'
import { isOwnModule } from '../imports.js'
import { originOf } from '../origins.js'
import { valueOf } from '../values.js'
import { getParent } from './parents.js'
import { isAlternativeTo, isForDevelopment } from './conditions.js'
import type { SetupContext } from './providers.js'
import { findSetupCall, getCalleeName, getOption, resolveOnce, type SetupCall } from './setup-calls.js'

/** Where a program is tried out at a terminal, and what it prints is looked at. */
const printing: ReadonlySet<Place> = new Set(['benchmark', 'lesson', 'sample', 'scratch', 'stand-in', 'test', 'tool'])

/** A function that freezes between its calls loses what waits for a batch: sending each span is what its documentation says. */
const LAMBDA = /\bAWS_LAMBDA_[A-Z]/

/** The processors and exporters that send span by span, or to the console. */
export function readOutputs(calls: readonly SetupCall[], { filename, place, sourceCode }: SetupContext): SpanOutput[] {
  return calls.flatMap((call): SpanOutput[] => {
    const sends = readSending(call, sourceCode)
    if (sends === null || isUnused(call.node, sourceCode)) return []
    // Configuration chooses between this and batches: somebody has decided.
    if (sends === 'each-span' && (isAlternativeTo(call.node, /\bBatchSpanProcessor\b/, sourceCode) || LAMBDA.test(sourceCode.text))) return []
    return [
      {
        fact: 'span-output',
        origin: originOf(getCalleeName(call.node)),
        certainty: 'certain',
        name: call.name,
        sends,
        // What is shown is tried out at a terminal, where people look at what is printed.
        development: isForDevelopment(call.node, filename, sourceCode) || (sends === 'to-console' ? place !== null && printing.has(place) : isCommand(filename)),
      },
    ]
  })
}

/** A command that serves nothing makes a few spans and ends: a batch would hold them until it does. */
function isCommand(filename: string): boolean {
  const pkg = getPackage(filename)
  if (pkg?.isCommand !== true) return false
  for (const name of pkg.dependencies) if (servers.has(name)) return false
  return true
}

const servers: ReadonlySet<string> = new Set(frameworks.flatMap(({ kind, modules }) => (kind === 'app' || kind === 'consumer' ? modules : [])))

function readSending(call: SetupCall, sourceCode: Readonly<SourceCode>): SpanOutput['sends'] | null {
  if (call.row.role === 'exporter') return call.row.to === 'console' ? 'to-console' : null
  if (call.row.role !== 'processor' || call.row.sends !== 'each') return null
  const exporter = findExporter(call, sourceCode)
  if (exporter === null && isOwnExporter(call, sourceCode)) return null
  // The console is said once, of the exporter; memory is a test's.
  return exporter?.row.role === 'exporter' && exporter.row.to !== 'network' ? null : 'each-span'
}

/** `new SimpleSpanProcessor(new WorkflowExporter())` of a class of the project's own: nobody says that it sends anything by network. */
export function isOwnExporter(call: SetupCall, sourceCode: Readonly<SourceCode>): boolean {
  const [argument] = call.node.arguments
  if (argument === undefined) return false
  const made = resolveOnce(getOption(argument, 'exporter', sourceCode) ?? argument, sourceCode)
  if (made.type === 'Identifier') {
    // `inMemorySpanExporter` of './spans.js' says that it does not.
    const binding = findBinding(made, sourceCode)
    return binding?.kind === 'import' && isOwnModule(binding.module) && splitName(made.name).includes('memory')
  }
  if (made.type !== 'NewExpression' || made.callee.type !== 'Identifier') return false
  const binding = findBinding(made.callee, sourceCode)
  return binding?.kind === 'class' || (binding?.kind === 'import' && isOwnModule(binding.module))
}

/** The exporter of `new SimpleSpanProcessor(exporter)`, and in `sdk-trace` of `new SimpleSpanProcessor({ exporter })`. */
export function findExporter(call: SetupCall, sourceCode: Readonly<SourceCode>): SetupCall | null {
  const [argument] = call.node.arguments
  if (argument === undefined) return null
  return findSetupCall(getOption(argument, 'exporter', sourceCode) ?? argument, sourceCode)
}

function isUnused(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): boolean {
  const { parent } = node
  if (parent?.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier') return false
  if (parent.parent.parent.type === 'ExportNamedDeclaration') return false
  return findVariable(parent.id, sourceCode)?.references.every((reference) => !reference.isRead()) ?? false
}

/** Where exporters send to, and the headers and keys that they are given. */
export function readEndpoints(calls: readonly SetupCall[], { sourceCode }: SetupContext): ExporterEndpoint[] {
  return [...calls.flatMap((call) => readEndpointsOf(call, sourceCode)), ...readEnvironment(sourceCode)]
}

function readEndpointsOf(call: SetupCall, sourceCode: Readonly<SourceCode>): ExporterEndpoint[] {
  const { row, name } = call
  if (row.role !== 'exporter' && row.role !== 'distro') return []
  const [options] = call.node.arguments
  const plain = row.role === 'exporter' && row.protocol === 'grpc' && isInsecure(options, sourceCode)
  const urls = (row.endpointOptions ?? []).flatMap((option) => {
    const node = getOption(options, option, sourceCode)
    return node === null ? [] : [makeUrl(node, name, plain, sourceCode)]
  })
  const secrets = (row.secretOptions ?? []).flatMap((option) => {
    const node = getOption(options, option, sourceCode)
    return node === null ? [] : readSecrets(node, option, name, sourceCode)
  })
  return [...urls, ...secrets]
}

/** `credentials: credentials.createInsecure()` */
function isInsecure(options: TSESTree.Node | undefined, sourceCode: Readonly<SourceCode>): boolean {
  const credentials = getOption(options, 'credentials', sourceCode)
  return credentials !== null && /createInsecure/.test(sourceCode.getText(resolveOnce(credentials, sourceCode)))
}

function makeUrl(node: TSESTree.Node, name: string, plain: boolean, sourceCode: Readonly<SourceCode>): ExporterEndpoint {
  return {
    fact: 'exporter-endpoint',
    origin: originOf(node),
    certainty: 'certain',
    name,
    part: { is: 'url', value: valueOf(node, sourceCode), plain },
  }
}

function makeSecret(node: TSESTree.Node, key: string, name: string, sourceCode: Readonly<SourceCode>): ExporterEndpoint {
  return {
    fact: 'exporter-endpoint',
    origin: originOf(node),
    certainty: 'certain',
    name,
    part: { is: 'secret', key, value: valueOf(node, sourceCode) },
  }
}

/** Headers by their names, gRPC metadata by its `set` and `add` calls, and a key that stands alone. */
function readSecrets(
  node: TSESTree.Node,
  option: string,
  name: string,
  sourceCode: Readonly<SourceCode>,
): ExporterEndpoint[] {
  const object = resolveOnce(node, sourceCode)
  if (object.type === 'ObjectExpression') {
    return object.properties.flatMap((property) => {
      const key = property.type === 'Property' ? getPropertyName(property) : null
      return key === null || property.type !== 'Property' ? [] : [makeSecret(property.value, key, name, sourceCode)]
    })
  }
  if (option === 'metadata') return readMetadata(unwrap(node), name, sourceCode)
  return option === 'headers' ? [] : [makeSecret(node, option, name, sourceCode)]
}

function readMetadata(node: TSESTree.Node, name: string, sourceCode: Readonly<SourceCode>): ExporterEndpoint[] {
  const variable = node.type === 'Identifier' ? findVariable(node, sourceCode) : null
  return (variable?.references ?? []).flatMap(({ identifier }) => {
    const member = identifier.parent
    if (member.type !== 'MemberExpression' || member.object !== identifier) return []
    if (!/^(?:add|set)$/.test(getMemberName(member) ?? '') || member.parent.type !== 'CallExpression') return []
    const [key, value] = member.parent.arguments
    if (key?.type !== 'Literal' || typeof key.value !== 'string' || value === undefined) return []
    return [makeSecret(value, key.value, name, sourceCode)]
  })
}

const ENVIRONMENT = /\bprocess\.env\.(OTEL_EXPORTER_OTLP_(?:TRACES_)?(ENDPOINT|HEADERS))\s*(?:\?\?|\|\|)?=(?!=)/g

/** `process.env.OTEL_EXPORTER_OTLP_ENDPOINT = '…'`: configuration that looks like the environment's and is the source's. */
function readEnvironment(sourceCode: Readonly<SourceCode>): ExporterEndpoint[] {
  return [...sourceCode.text.matchAll(ENVIRONMENT)].flatMap((match) => {
    let node: TSESTree.Node | null = sourceCode.getNodeByRangeIndex(match.index)
    while (node !== null && node.type !== 'AssignmentExpression') node = getParent(node)
    const name = match[1] ?? ''
    if (node === null || !sourceCode.getText(node.left).endsWith(name)) return []
    return match[2] === 'ENDPOINT' ?
        [makeUrl(node.right, name, false, sourceCode)]
      : [makeSecret(node.right, name, name, sourceCode)]
  })
}
