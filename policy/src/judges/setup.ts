import type { Policy } from '../config.js'
import type { Origin, SamplerFact, Setup, Value } from '../facts.js'
import type { Finding } from '../finding.js'
import { classifyName } from '../keys.js'
import type { ContextBreak, ExporterEndpoint, SetupOrder, SpanOutput } from '../setup-facts.js'
import { findSensitiveText } from '../text.js'
import { isPlaceholder, isPublicHost, readUrl } from './setup-hosts.js'
import { shorten } from './wording.js'

/** What the setup rules say, in ESLint's placeholder form: what is wrong, why it matters in a trace, what to write. */
export const setupMessages = {
  'approved-setup': {
    second:
      '{{ product }} registers a second tracer provider beside {{ first }}. The API keeps the first one and ignores the second without a word, so what only the second one does (its exporter, sampler, redaction) never happens. Keep one of them.',
    remove: 'Take the second registration out.',
    unapproved:
      '{{ product }} sets tracing up outside the approved setup. Spans that leave by it get none of its redaction, sampling and shutdown. Use {{ approved }}.{{ note }}',
  },
  'batch-export': {
    console:
      '{{ name }} prints every span of production to the console: attributes end up in the logs, and the trace never reaches the backend. Send spans by an OTLP exporter, or print them only under a development condition.',
    simple:
      '{{ name }} sends one request for each span when it ends: under load exports pile up on the request path, and spans are lost. Use `BatchSpanProcessor`.',
    useBatch: 'Use `BatchSpanProcessor`.',
  },
  'env-sampling': {
    always:
      '{{ name }} records every span whatever the environment and the caller say, so production pays for all of them. Take the ratio from the environment and wrap it in `ParentBasedSampler`.',
    constant:
      '{{ name }} drops every span in every environment, so that no trace of this service exists anywhere. Take the sampler from the environment.',
    ratio:
      '{{ name }} decides by the trace id alone, whatever the caller decided: a trace sampled upstream misses the spans of this service. Wrap it: `new ParentBasedSampler({ root: … })`.',
    wrap: 'Wrap it in `ParentBasedSampler`.',
  },
  'no-context-loss': {
    extract:
      '{{ call }} takes messages without extracting the trace context they carry, so their spans start a trace of their own and the sender’s trace ends at the queue. {{ advice }}',
    inject:
      '{{ call }} sends a message without the trace context in it, so whoever receives it starts a trace of its own. {{ advice }}',
    addHeaders: 'Inject the context into its headers.',
    wrap: "Wrap it in '{{ code }}' from '{{ module }}'.",
  },
  'require-shutdown': {
    insert: 'Shut down on SIGTERM, within 2.5 seconds.',
    missing:
      '{{ product }} is started here and nothing shuts it down or flushes it, so the spans that are still buffered when the process ends are lost: those of its last requests. Call `shutdown()` on SIGTERM.',
    unbounded:
      'This shutdown has no deadline: with the collector away it waits for up to ten seconds, and the platform kills the process before its last spans are sent. Race it against a timer of two or three seconds.',
  },
  'secure-exporter': {
    credentials:
      '{{ what }} stands in the source: whoever reads the repository can send spans in this service’s name, or read them. Take it from the environment.',
    plain:
      '{{ name }} sends spans to {{ host }} over plain HTTP: every attribute crosses the network for anybody on the way to read and change. Use https.',
    environment: 'Take it from {{ variable }}.',
    https: 'Use https.',
  },
  'setup-first': {
    late:
      '{{ module }} is loaded before {{ setup }} sets tracing up, so its instrumentation never sees it and its spans are missing from every trace. Load the setup first, or start node with `--import`.',
    moveFirst: 'Load {{ setup }} first.',
  },
} as const

export interface ApprovalQuestion {
  /** The config's `setup.approved`; absent when it does not say. */
  readonly approved?: readonly string[]
  /** The config's `setup.accept`: packages whose setup the team has decided for. */
  readonly accept: readonly string[]
  /** The file itself is approved. */
  readonly isApproved: boolean
  /** Judge by the built-in list when the config has none. */
  readonly always: boolean
}

/** What is approved when nobody says anything else. */
const BUILT_IN_APPROVED: readonly string[] = ['@spanguard/runtime']

/** `approved-setup`: every second registration, and the first setup of a module that is not approved. */
export function judgeApproval(setups: readonly Setup[], question: ApprovalQuestion): readonly Finding<'approved-setup'>[] {
  const second = setups.flatMap((setup) =>
    setup.alongside === undefined ?
      []
    : [makeFinding('approved-setup', 'second', setup, { product: shorten(setup.product ?? ''), first: shorten(setup.alongside.product) })],
  )
  if (second.length > 0) return second
  const approved = question.approved ?? (question.always ? BUILT_IN_APPROVED : null)
  if (approved === null || question.isApproved) return []
  const isOutside = ({ module = '' }: Setup): boolean => ![...approved, ...question.accept].some((name) => isPackage(module, name))
  // What runs is the setup; a provider that is only made may stand in for one that is switched off.
  const outside = setups.find((setup) => setup.registered && isOutside(setup)) ?? setups.find(isOutside)
  if (outside === undefined) return []
  const list = approved.map(shorten).join(' or ')
  return [
    makeFinding('approved-setup', 'unapproved', outside, {
      product: shorten(outside.product ?? ''),
      approved: list === '' ? 'a module of `setup.approved`' : list,
      note: describeSuccessor(outside),
    }),
  ]
}

function isPackage(module: string, name: string): boolean {
  return module === name || module.startsWith(`${name}/`)
}

function describeSuccessor({ product, successor }: Setup): string {
  if (successor === undefined) return ''
  return ` (Line ${successor.removedIn} of the SDK has no \`${product ?? ''}\`; what it was is ${successor.instead}.)`
}

function makeFinding<Rule extends string>(
  rule: Rule,
  messageId: string,
  setup: Setup,
  data: Readonly<Record<string, string>>,
  origin: Origin = setup.made ?? setup.origin,
): Finding<Rule> {
  return { rule, messageId, data, origin, subject: `${rule}:${origin.start}`, certainty: setup.certainty }
}

/** `batch-export` */
export function judgeOutput(output: SpanOutput): readonly Finding<'batch-export'>[] {
  if (output.development) return []
  return [
    {
      rule: 'batch-export',
      messageId: output.sends === 'to-console' ? 'console' : 'simple',
      data: { name: shorten(output.name) },
      origin: output.origin,
      subject: `output:${output.origin.start}`,
      certainty: output.certainty,
    },
  ]
}

const samplerMessages: Readonly<Record<SamplerFact['decides'], 'ratio' | 'constant' | 'always' | null>> = {
  always: 'always',
  never: 'constant',
  parent: null,
  ratio: 'ratio',
  unknown: null,
}

/**
 * `env-sampling`
 *
 * @param always report a sampler that records everything, too
 */
export function judgeSampler(setup: Setup, always: boolean): readonly Finding<'env-sampling'>[] {
  const { sampler } = setup
  if (!setup.registered || sampler === undefined) return []
  const messageId = samplerMessages[sampler.decides]
  if (messageId === null || (messageId === 'always' && !always)) return []
  return [makeFinding('env-sampling', messageId, setup, { name: shorten(sampler.name) }, sampler.origin)]
}

/**
 * `require-shutdown`
 *
 * @param deadline report a shutdown without a deadline, too
 */
export function judgeShutdown(setup: Setup, deadline: boolean): readonly Finding<'require-shutdown'>[] {
  const data = { product: shorten(setup.product ?? '') }
  // A second provider is `approved-setup`'s to report: it holds no span, since nobody asks it for a tracer.
  if (setup.alongside !== undefined) return []
  if (setup.shutdown === 'none') return [makeFinding('require-shutdown', 'missing', setup, data, setup.registration)]
  if (setup.shutdown !== 'unbounded' || !deadline) return []
  return [makeFinding('require-shutdown', 'unbounded', setup, data, setup.shutdownAt)]
}

/** `setup-first` */
export function judgeOrder(order: SetupOrder): readonly Finding<'setup-first'>[] {
  return [
    {
      rule: 'setup-first',
      messageId: 'late',
      data: { module: shorten(order.module), setup: shorten(order.setup) },
      origin: order.setupAt,
      subject: `order:${order.setupAt.start}`,
      certainty: order.certainty,
    },
  ]
}

/** `no-context-loss` */
export function judgeContextBreak(found: ContextBreak): readonly Finding<'no-context-loss'>[] {
  return [
    {
      rule: 'no-context-loss',
      messageId: found.direction,
      data: { call: shorten(found.call), advice: adviseOnContext(found) },
      origin: found.origin,
      subject: `context:${found.origin.start}`,
      certainty: found.certainty,
    },
  ]
}

function adviseOnContext({ direction, option }: ContextBreak): string {
  if (option !== undefined) return `Give ${direction === 'inject' ? 'what it is sent by' : 'it'} ${option}.`
  return direction === 'inject' ?
      'Put it into the headers: `propagation.inject(context.active(), headers)`.'
    : 'Continue from `propagation.extract(context.active(), headers)`.'
}

/** `secure-exporter` */
export function judgeEndpoint(endpoint: ExporterEndpoint, policy: Policy): readonly Finding<'secure-exporter'>[] {
  const { name, part } = endpoint
  return readTexts(part.value).flatMap(({ text, origin }) => {
    const report = (messageId: string, data: Readonly<Record<string, string>>): Finding<'secure-exporter'> => ({
      rule: 'secure-exporter',
      messageId,
      data,
      origin,
      subject: `endpoint:${origin.start}`,
      certainty: endpoint.certainty,
    })
    if (part.is === 'secret') {
      const key = findSecretKey(part.key, text, policy)
      return key === null ? [] : [report('credentials', { what: `The value of ${shorten(key)}` })]
    }
    const url = readUrl(text)
    if (url === null) return []
    if (url.password !== null && !isPlaceholder(url.password)) return [report('credentials', { what: 'The password of this URL' })]
    const isPlain = url.scheme === 'http' || (part.plain && url.scheme !== 'https')
    return isPlain && isPublicHost(url.host) ? [report('plain', { name: shorten(name), host: shorten(url.host) })] : []
  })
}

/** Headers that hold a key, though their names do not say so, or not in words that the policy knows. */
const AUTHORIZING: ReadonlySet<string> = new Set([
  'api-key',
  'apikey',
  'authorization',
  'dd-api-key',
  'lightstep-access-token',
  'signoz-access-token',
  'signoz-ingestion-key',
  'uptrace-dsn',
  'x-api-key',
  'x-axiom-token',
  'x-honeycomb-team',
  'x-sf-token',
])

/** The name of the secret that a text holds, or null. `OTEL_EXPORTER_OTLP_HEADERS` holds several as `key=value,key=value`. */
function findSecretKey(key: string, text: string, policy: Policy): string | null {
  if (key.startsWith('OTEL_')) {
    for (const entry of text.split(',')) {
      const [name = '', ...rest] = entry.split('=')
      if (isSecret(name.trim(), rest.join('=').trim(), policy)) return name.trim()
    }
    return null
  }
  return isSecret(key, text, policy) ? key : null
}

function isSecret(key: string, text: string, policy: Policy): boolean {
  // What is put in at run time is not in the source.
  if (text.includes(DYNAMIC) || isPlaceholder(text)) return false
  if (findSensitiveText(text).some((match) => match.class === 'secret')) return true
  return AUTHORIZING.has(key.toLowerCase()) || classifyName(key, policy)?.class === 'secret'
}

/** Stands for what is known only at run time. */
const DYNAMIC = '\u0000'

/** Every text that a value can be, with what is not known written as `DYNAMIC`. */
function readTexts(value: Value): { text: string; origin: Origin }[] {
  switch (value.kind) {
    case 'literal':
      return typeof value.value === 'string' ? [{ text: value.value, origin: value.origin }] : []
    case 'template':
      return [{ text: value.quasis.map((quasi, index) => quasi + (index < value.parts.length ? readPart(value.parts[index]) : '')).join(''), origin: value.origin }]
    case 'concat':
      return [{ text: value.parts.map(readPart).join(''), origin: value.origin }]
    case 'union':
      return value.of.flatMap(readTexts)
    case 'reference':
      return value.resolved === undefined ? [] : readTexts(value.resolved)
    default:
      return []
  }
}

function readPart(value: Value | undefined): string {
  const texts = value === undefined || !isFixed(value) ? [] : readTexts(value)
  const [only] = texts
  return texts.length === 1 && only !== undefined ? only.text : DYNAMIC
}

/** Is a value the same in every run? `options.apiKey || ''` is not, though one of its sides is. */
function isFixed(value: Value): boolean {
  if (value.kind === 'union') return value.of.every(isFixed)
  if (value.kind === 'reference') return value.resolved !== undefined && isFixed(value.resolved)
  return value.kind === 'literal' || ((value.kind === 'template' || value.kind === 'concat') && value.parts.every(isFixed))
}
