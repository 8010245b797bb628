import { type AttributeWrite, type Finding, formatMessage, judgeAttributeWrite, judgeSpanName, type Policy, selectFindings, type Sink } from '@spanguard/policy'

import { showable } from './names.js'
import { attributeWrite, eventWrite, spanStart, statusWrite } from './facts.js'
import type { Observation } from './finding.js'
import type { Attributes, RecordedSpan, RecordedValue } from './spans.js'

/**
 * What the policy says of one span: the judges that read code read it too.
 *
 * @param shownName the span's name as reports may show it, without what varies or is secret in it
 */
export function judgeSpan(span: RecordedSpan, policy: Policy, shownName: string): readonly Observation[] {
  const about = { service: span.service, span: shownName, traceId: span.traceId }
  const isOn = isOnFor(policy)
  const observe = (finding: Finding, key: string | null, where: string): Observation => ({ ...about, rule: finding.rule, key, message: sentenceOf(finding, key, where) })
  const writes = (attributes: Attributes, sink: Sink, where: string): readonly Observation[] =>
    [...attributes].flatMap(([key, value]) => {
      if (showable(key) !== key) return [{ ...about, rule: 'no-sensitive-data', key: showable(key), message: `A key of the ${where} holds a value, which every store writes into its index: keep the key constant.` }]
      if (isTakenOut(value)) return []
      const fact = attributeWrite(key, value, sink)
      return selectFindings(judgeAttributeWrite(fact, policy, isOn), isOn).filter((finding) => isOfTraces(finding, fact)).map((finding) => observe(finding, key, where))
    })
  return [
    ...(isNamedByLibrary(span) ? [] : selectFindings(judgeSpanName(spanStart(span), policy), isOn).filter(({ rule }) => shownName === span.name || rule === 'no-sensitive-data').map((finding) => observe(finding, null, 'name'))),
    ...writes(span.attributes, 'attribute', 'attribute'),
    ...span.events.flatMap((event) => [
      ...selectFindings(judgeAttributeWrite(eventWrite(event.name), policy, isOn), isOn).map((finding) => observe(finding, null, 'event name')),
      ...writes(event.attributes, 'event-attribute', `attribute of the event "${showable(event.name).slice(0, 60)}"`).filter(({ key }) => !isStackOfException(key)),
    ]),
    ...span.links.flatMap((link) => writes(link.attributes, 'link-attribute', 'attribute of a link')),
    ...(isTakenOut(span.status.message) || span.status.message === '' ? [] : selectFindings(judgeAttributeWrite(statusWrite(span.status.message), policy, isOn), isOn).map((finding) => observe(finding, null, 'status message'))),
    ...errorTruth(span, about),
  ]
}

/** What a service's resource says, once for each service. */
export function judgeResource(span: RecordedSpan, policy: Policy): readonly Observation[] {
  return [...span.resource].flatMap(([key, value]) => {
    if (isTakenOut(value)) return []
    const isOn = (rule: string): boolean => rule === 'no-sensitive-data'
    return selectFindings(judgeAttributeWrite(attributeWrite(key, value, 'resource'), policy, isOn), isOn)
      .map((finding) => ({ service: span.service, span: '', traceId: span.traceId, rule: finding.rule, key, message: sentenceOf(finding, key, 'attribute of the resource') }))
  })
}

/** Without a list of its own nearly every key would be unlisted. */
function isOnFor(policy: Policy): (rule: string) => boolean {
  return policy.attributes.allow.length > 0 ? () => true : (rule) => rule !== 'no-unlisted-attributes'
}

/** What the runtime took out, or what a collector masked. */
function isTakenOut(value: RecordedValue): boolean {
  return typeof value === 'string' && /^(?:|\*+|\[?(?:redacted|filtered|masked|removed)\]?)$/iu.test(value.trim())
}

/** `exception.stacktrace` of an exception event is where a stack belongs. */
function isStackOfException(key: string | null): boolean {
  return key === 'exception.stacktrace'
}

/** The shape of a value is a matter of code: the store holds what the SDK let through. */
function isOfTraces(finding: Finding, fact: AttributeWrite): boolean {
  return finding.rule !== 'valid-attribute-value' && !(finding.messageId === 'stack' && isStackOfException(fact.key.text))
}

/** The names that instrumentations give are theirs. */
function isNamedByLibrary({ scope }: RecordedSpan): boolean {
  return /^(?:@opentelemetry\/instrumentation|io\.opentelemetry\.|opentelemetry\.instrumentation|next\.js$|@vercel\/)/u.test(scope)
}

/** Of what the judges say to whoever writes the code, what is true of what was recorded. */
function sentenceOf(finding: Finding, key: string | null, where: string): string {
  const subject = key === null ? `The ${where}` : `The ${where} "${key}"`
  if (finding.rule !== 'no-sensitive-data') return formatMessage(finding)
  const held = finding.data['class'] ?? 'something sensitive'
  const term = finding.data['term'] === undefined ? '' : ` (${finding.data['term']})`
  return finding.messageId === 'key' ?
      `${subject} says that its value is ${held}, and it was recorded: take it out where it is written, and what is stored with it.`
    : `${subject} holds ${held}${term} in what was recorded: take it out where it is written, and what is stored with it.`
}

function errorTruth(span: RecordedSpan, about: Pick<Observation, 'service' | 'span' | 'traceId'>): readonly Observation[] {
  if (span.status.code !== 'unset') return []
  const code = Number(span.attributes.get('http.response.status_code') ?? span.attributes.get('http.status_code') ?? 0)
  if (span.kind === 'server' && code >= 500) {
    return [{ ...about, rule: 'error-status', key: null, message: 'The request was answered with a 5xx code and the status of its span is unset: error rates and alerts do not count it. Set the status to ERROR.' }]
  }
  if (!span.events.some(({ name }) => name === 'exception')) return []
  return [{ ...about, rule: 'error-status', key: null, message: 'An exception was recorded and the status is unset: error rates and alerts do not count it. Set the status to ERROR, unless the error was handled and the work was done.' }]
}
