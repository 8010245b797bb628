import { SpanKind, SpanStatusCode, type Attributes, type AttributeValue, type Link, type SpanContext, type SpanStatus } from '@opentelemetry/api'
import { classifyName, judgeExportedKey, maskText, type Policy } from '@spanguard/policy'
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import {
  boundText,
  cutText,
  framesOf,
  keptTraceState,
  maskName,
  maskPath,
  maskSegments,
  maskUrl,
  safeKey,
  sensitiveSegments,
  statusMessage,
} from './values.js'

export const redactedText = '[REDACTED]'

export interface Redactor {
  /** Makes a span fit to leave the process, in place, and returns it. Throws when it can't: then it must not leave. */
  redact(span: ReadableSpan): ReadableSpan
  /** How often a value was replaced, by key. */
  counts(): Readonly<Record<string, number>>
}

export interface RedactorOptions {
  readonly policy: Policy
  /** Characters that a string may have after masking. */
  readonly valueLength: number
  /** Told of every value that was replaced or changed by masking; for tests of users and for the counts. */
  readonly onRedacted?: (where: string, key: string) => void
}

type Scope = 'span' | 'resource' | 'event' | 'link'

/** In place, since copying costs twice what the SDK does (measured: ×1.1 in place, ×2.3 copied). */
type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const maxKnownKeys = 2000
const maxCountedKeys = 200
const maxRememberedTexts = 1000
const maxRememberedLength = 64
const maxKnownRoutes = 1000
/** What the runtime itself writes; the policy need not list it. */
const ownKeys: ReadonlySet<string> = new Set(['spanguard.policy.hash', 'sampling.kept', 'error.stage'])

/**
 * An allow-list on everything that leaves: what is not known to be safe becomes `[REDACTED]`, and secrets in what is
 * allowed are masked. A built-in denial can't be overridden.
 */
export function createRedactor({ policy, valueLength, onRedacted }: RedactorOptions): Redactor {
  const verdicts: Record<Scope, Map<string, 'allow' | 'mask' | 'deny'>> = {
    span: new Map(),
    resource: new Map(),
    event: new Map(),
    link: new Map(),
  }
  const texts = new Map<string, string>()
  const routes = new Map<string, readonly number[]>()
  const counted = new Map<string, number>()
  const resources = new WeakMap<Resource, Resource>()
  const scopes = new WeakMap<ReadableSpan['instrumentationScope'], ReadableSpan['instrumentationScope']>()

  const verdictOf = (key: string, scope: Scope): 'allow' | 'mask' | 'deny' => {
    const known = verdicts[scope]
    const cached = known.get(key)
    if (cached !== undefined) return cached
    const verdict = ownKeys.has(key) ? 'allow' : judgeExportedKey(key, scope, policy)
    // Keys made from data would fill the memory: start over.
    if (known.size >= maxKnownKeys) known.clear()
    known.set(key, verdict)
    return verdict
  }

  const count = (where: string, key: string): void => {
    const name = counted.has(key) || counted.size < maxCountedKeys ? key : '(other)'
    counted.set(name, (counted.get(name) ?? 0) + 1)
    onRedacted?.(where, key)
  }

  /** Methods, hosts, routes and operations come again and again: looking is cheaper than looking through. */
  const remembered = (text: string): string => {
    const known = texts.get(text)
    if (known !== undefined) return known
    const safe = maskText(text)
    if (texts.size >= maxRememberedTexts) texts.clear()
    texts.set(text, safe)
    return safe
  }

  const redactText = (key: string, text: string): string => {
    const bounded = boundText(text, valueLength * 2)
    if (key === 'exception.stacktrace' || key === 'code.stacktrace') return framesOf(bounded, valueLength)
    if (urlKeys.has(key)) return cutText(maskUrl(bounded), valueLength)
    if (key === 'url.path') return cutText(maskPath(bounded), valueLength)
    if (text.length <= maxRememberedLength) return remembered(text)
    return cutText(maskText(bounded), key === 'user_agent.original' ? 256 : valueLength)
  }

  const redactValue = (key: string, value: AttributeValue | undefined): AttributeValue | undefined => {
    if (typeof value === 'string') return redactText(key, value)
    if (typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null) return value
    // The array may be the application's own: never in place.
    if (Array.isArray(value)) {
      return value.map(item => (typeof item === 'string' ? redactText(key, item) : isPlain(item) ? item : redactedText)) as AttributeValue
    }
    // SDK 3 keeps nested objects; their keys are not judged, so they do not leave.
    return redactedText
  }

  const redactAttributes = (attributes: Attributes, scope: Scope, kind: SpanKind | undefined): void => {
    for (const key in attributes) {
      const value = attributes[key]
      let verdict = verdictOf(key, scope)
      // The address of a peer is a user's address on a SERVER span, and a machine's on a CLIENT span.
      if (verdict !== 'deny' && kind !== undefined && kind !== SpanKind.CLIENT && key.startsWith('network.peer.')) verdict = 'deny'
      if (verdict === 'deny') {
        const exported = safeKey(key)
        if (exported !== key) Reflect.deleteProperty(attributes, key)
        attributes[exported] = redactedText
        if (value !== redactedText) count(scope, exported)
      } else if (typeof value === 'string' || typeof value === 'object') {
        const safe = redactValue(key, value)
        if (safe === value) continue
        attributes[key] = safe
        if (typeof value === 'string' && typeof safe === 'string' && safe.includes(redactedText) && !value.includes(redactedText)) {
          count(scope, key)
        }
      }
    }
  }

  /** What the route names a token, an e-mail or the like is one in the path, whatever it looks like. */
  const redactByRoute = (attributes: Attributes): void => {
    const route = attributes['http.route'] ?? attributes['url.template']
    if (typeof route !== 'string') return
    let places = routes.get(route)
    if (places === undefined) {
      places = sensitiveSegments(route, name => classifyName(name, policy) !== null)
      if (routes.size >= maxKnownRoutes) routes.clear()
      routes.set(route, places)
    }
    if (places.length === 0) return
    for (const key of ['url.path', 'url.full']) {
      const value = attributes[key]
      if (typeof value !== 'string') continue
      attributes[key] = maskSegments(value.replace(/[?#].*$/s, ''), places)
      count('span', key)
    }
  }

  const redactContext = (given: SpanContext): SpanContext => {
    if (given.traceState === undefined) return given
    const kept = keptTraceState(given.traceState)
    return kept === given.traceState ? given : withTraceState(given, kept)
  }

  const redactLink = (link: Link): Link => {
    const linkContext = redactContext(link.context)
    if (link.attributes !== undefined) redactAttributes(link.attributes, 'link', undefined)
    return linkContext === link.context ? link : { ...link, context: linkContext }
  }

  const redactStatus = (status: SpanStatus): SpanStatus => {
    if (status.message === undefined) return status
    if (status.code !== SpanStatusCode.ERROR) return { code: status.code }
    const message = statusMessage(status.message)
    if (message === status.message) return status
    if (message !== undefined && message.includes(redactedText)) count('status', 'status.message')
    return message === undefined ? { code: status.code } : { code: status.code, message }
  }

  const redactResource = (resource: Resource): Resource => {
    const known = resources.get(resource)
    if (known !== undefined) return known
    const attributes: Attributes = { ...resource.attributes }
    redactAttributes(attributes, 'resource', undefined)
    const safe = resourceFromAttributes(attributes)
    resources.set(resource, safe)
    resources.set(safe, safe)
    return safe
  }

  const redactScope = (scope: ReadableSpan['instrumentationScope']): ReadableSpan['instrumentationScope'] => {
    const known = scopes.get(scope)
    if (known !== undefined) return known
    // Attributes of a scope, where a later SDK has them, are left out: nobody judged them.
    const safe = {
      name: cutText(maskName(scope.name), 256),
      ...(scope.version !== undefined && { version: cutText(maskName(scope.version), 64) }),
      ...(scope.schemaUrl !== undefined && { schemaUrl: maskUrl(scope.schemaUrl) }),
    }
    scopes.set(scope, safe)
    scopes.set(safe, safe)
    return safe
  }

  return {
    redact(given) {
      const span = given as Mutable<ReadableSpan>
      const name = maskName(span.name)
      if (name !== span.name) {
        span.name = cutText(name, 256)
        if (name.includes(redactedText)) count('name', 'span.name')
      }
      redactByRoute(span.attributes)
      redactAttributes(span.attributes, 'span', span.kind)
      for (const event of span.events as Mutable<ReadableSpan['events'][number]>[]) {
        event.name = cutText(maskName(event.name), 256)
        if (event.attributes !== undefined) redactAttributes(event.attributes, 'event', undefined)
      }
      for (let i = 0; i < span.links.length; i++) {
        const link = span.links[i]
        if (link !== undefined) span.links[i] = redactLink(link)
      }
      span.status = redactStatus(span.status)
      const spanContext = span.spanContext()
      const safeContext = redactContext(spanContext)
      // The context object lives on in the contexts of children, which propagate it: it is replaced, never changed.
      if (safeContext !== spanContext) span.spanContext = () => safeContext
      span.resource = redactResource(span.resource)
      span.instrumentationScope = redactScope(span.instrumentationScope)
      return span
    },
    counts: () => Object.fromEntries(counted),
  }
}

/** Values that are URLs as a whole: their userinfo, query and fragment are cut. */
const urlKeys: ReadonlySet<string> = new Set(['url.full', 'url.original'])

function isPlain(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean'
}

function withTraceState(given: SpanContext, traceState: SpanContext['traceState']): SpanContext {
  const { traceState: _, ...rest } = given
  return traceState === undefined ? rest : { ...rest, traceState }
}
