import type { Policy } from '../config.js'
import type { AttributeWrite, Fact, Sink, Value } from '../facts.js'
import type { Finding } from '../finding.js'
import { isConventionalKey, isDeniedKey, isListedKey, keyOfConstant, nearestListedKey, replacementOf } from '../listed-keys.js'
import { splitName } from '../names.js'
import { isRoute } from './bounds.js'
import { shorten } from './wording.js'

export const keyMessages = {
  'attribute-naming': {
    form: 'The key {{ key }} is not lowercase, dotted snake_case: keys are case-sensitive in every store, and a query for one form never finds the other. Write {{ instead }}.',
    namespace: 'The key {{ key }} has no namespace: in a store it means whatever the next library writes under it. Put the domain before it, such as {{ instead }}.',
    reserved:
      'The key {{ key }} stands in a namespace that OpenTelemetry keeps for itself: the next version of the conventions may give it another meaning. Begin it with your own domain.',
    rename: 'Write the key {{ instead }}.',
  },
  'no-deprecated-attributes': {
    replaced:
      'The semantic conventions replaced the key {{ key }}: dashboards and alerts that ask for the new one do not see this span. Write {{ instead }}.',
    rename: 'Write the key {{ instead }}.',
  },
  'no-unlisted-attributes': {
    denied: "The policy denies the key {{ key }}, so the approved tracer sends [REDACTED] in place of its value. Leave it out, or take it out of the policy's deny-list.",
    nearest:
      'The key {{ key }} is neither in the semantic conventions nor in the policy, so the approved tracer sends [REDACTED] in place of its value. Did you mean {{ instead }}? If not, list it in attributes.allow.',
    unlisted:
      'The key {{ key }} is neither in the semantic conventions nor in the policy, so the approved tracer sends [REDACTED] in place of its value. List it in attributes.allow, or leave it out.',
    remove: 'Take the attribute out.',
    rename: 'Write the key {{ instead }}.',
  },
} as const

type Found = Pick<Finding, 'rule' | 'messageId' | 'data' | 'origin'>

const JUDGED: ReadonlySet<Sink> = new Set(['attribute', 'event-attribute', 'link-attribute'])

/**
 * What is wrong with a key as such, in the order deprecated, unlisted, naming. More than one may apply; they have one subject,
 * and the reader takes the first whose rule is on. The attributes of a resource, which describe the service once, may have any name
 * but one that was replaced.
 */
export function judgeKey(
  fact: Pick<AttributeWrite, 'key' | 'sink'> & Partial<Pick<AttributeWrite, 'value'>>,
  policy: Policy,
  isOn: (rule: string) => boolean = () => true,
): readonly Found[] {
  const isOfResource = fact.sink === 'resource'
  if (!isOfResource && !JUDGED.has(fact.sink)) return []
  const key = knownKey(fact.key)
  if (key === null || key === '') return []
  const { origin } = fact.key
  const found = (rule: string, messageId: string, instead = ''): Found => ({
    rule,
    messageId,
    data: { key: shorten(key), instead },
    origin,
  })
  const replacement = replacementFor(key, fact.value)
  if (replacement !== null && !policy.attributes.allow.includes(key)) return [found('no-deprecated-attributes', 'replaced', replacement.text)]
  if (isOfResource) return []
  const all: Found[] = []
  // To look for the nearest of a thousand keys costs more than all other judging: only for those who ask.
  if (!isOn('no-unlisted-attributes')) return judgeForm(key, found)
  if (isDeniedKey(key, policy)) all.push(found('no-unlisted-attributes', 'denied'))
  else if (!isListedKey(key, policy)) {
    const nearest = nearestListedKey(key, policy)
    all.push(
      nearest === null ?
        found('no-unlisted-attributes', 'unlisted')
      : found('no-unlisted-attributes', 'nearest', shorten(nearest)),
    )
  }
  return [...all, ...judgeForm(key, found)]
}

const URL_KEYS: ReadonlySet<string> = new Set(['http.target', 'http.url'])

/**
 * What the conventions say to write instead of a key that holds a value (`replacementOf`): who gives `http.url` a route, which is no
 * URL, means `http.route`.
 */
export function replacementFor(key: string, value: Value | undefined): ReturnType<typeof replacementOf> {
  return value !== undefined && URL_KEYS.has(key) && isRoute(value) ? { key: 'http.route', text: '"http.route"' } : replacementOf(key)
}

/**
 * Does the same call, or another that writes the same value, write the key that replaces a deprecated one as well, as people do
 * while they migrate (`OTEL_SEMCONV_STABILITY_OPT_IN=http/dup`)? Then those who ask for the new key see the span.
 *
 * @param facts what else was found in the file
 */
export function writesBothKeys(finding: Pick<Finding, 'messageId' | 'data'>, fact: Fact, facts: Iterable<Fact>): boolean {
  if (finding.messageId !== 'replaced' || fact.fact !== 'attribute-write') return false
  const instead = String(finding.data['instead'])
  for (const other of facts) {
    if (other.fact !== 'attribute-write' || (other.sink !== 'resource' && !JUDGED.has(other.sink)) || (other.origin.start !== fact.origin.start && other.value.text !== fact.value.text)) continue
    const key = knownKey(other.key)
    if (key !== null && instead.includes(`"${key}"`)) return true
  }
  return false
}

function judgeForm(key: string, found: (rule: string, messageId: string, instead: string) => Found): readonly Found[] {
  const naming = judgeNaming(key)
  return naming === null ? [] : [found('attribute-naming', naming.messageId, naming.instead)]
}

/** The key when it is written out in full, here or as a constant of the file or of the conventions' package. */
export function knownKey(key: Value): string | null {
  if (key.kind === 'literal') return typeof key.value === 'string' ? key.value : null
  if (key.kind !== 'reference') return null
  if (key.resolved !== undefined) return knownKey(key.resolved)
  const last = key.path.at(-1)
  if (key.module === undefined || !key.module.startsWith('@opentelemetry/semantic-conventions') || last === undefined) return null
  return keyOfConstant(key.path.length === 1 && key.imported !== undefined && key.imported !== '*' ? key.imported : last)
}

const FORM = /^[a-z][a-z\d]*(?:_[a-z\d]+)*(?:\.[a-z\d]+(?:_[a-z\d]+)*)*$/
/** Namespaces that the specification keeps (semantic conventions, "Attribute naming": `otel.*`). */
const RESERVED = /^otel\./

function judgeNaming(key: string): { messageId: string; instead: string } | null {
  // Some conventional keys have capitals or dashes in a part that their users choose.
  if (isConventionalKey(key)) return null
  if (!FORM.test(key)) return { messageId: 'form', instead: shorten(toKeyForm(key)) }
  if (!key.includes('.')) return { messageId: 'namespace', instead: shorten(`order.${key}`) }
  return RESERVED.test(key) ? { messageId: 'reserved', instead: '' } : null
}

/** `Order.ItemCount` as `order.item_count`: dots stay, all other edges of words become underscores. */
export function toKeyForm(key: string): string {
  return key
    .split(/[.:/]+/)
    .map((part) => splitName(part).join('_'))
    .filter((part) => part !== '')
    .join('.')
}
