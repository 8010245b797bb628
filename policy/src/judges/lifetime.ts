import type { ErrorPath, LifetimeExit, SpanEnd, SpanLifetime, StatusWrite, Value } from '../facts.js'
import type { Finding } from '../finding.js'
import { shorten } from './wording.js'

const GAP = 'A span that is not ended is never exported: the trace has a gap where this work was.'
const HOW = 'End it in a `finally` around the work, or let `withSpan` do it.'

/** Messages of the rules on how spans live, in ESLint's placeholder form. */
export const lifetimeMessages = {
  'span-end': {
    throws: `{{ span }} is not ended when {{ exit }} on line {{ line }} throws. ${GAP} ${HOW}`,
    rejects: `{{ span }} is not ended when {{ exit }} on line {{ line }} is rejected. ${GAP} ${HOW}`,
    fulfils: `{{ span }} is not ended when {{ exit }} on line {{ line }} is fulfilled: only its rejection ends it. ${GAP} ${HOW}`,
    returns: `{{ span }} is not ended when the function leaves by {{ exit }} on line {{ line }}. ${GAP} ${HOW}`,
    abandoned: `{{ span }} is not ended when nobody asks for more after {{ exit }} on line {{ line }}. ${GAP} End it in a \`finally\`, which also runs when the reader of a generator stops.`,
    reachesEnd: `{{ span }} is still open on a path that reaches the end of the function on line {{ line }}. ${GAP} ${HOW}`,
    overwritten: `{{ span }} is given another value on line {{ line }} before the span in it is ended. ${GAP} End the first span before the next is started.`,
    nextRound: `{{ span }} is still open on a path that leads to the next round of the loop, which starts another one. ${GAP} ${HOW}`,
    never: `{{ span }} is started here and never ended. ${GAP} ${HOW}`,
    unkept: `The span that is started here is kept nowhere, so nothing can end it. ${GAP} Keep it and end it in a \`finally\`, or let \`withSpan\` do it.`,
    untaken: `The callback does not take the span that is started for it, so nothing ends it. ${GAP} Take it as the callback's parameter and end it in a \`finally\`, or use \`withSpan\`.`,
    oneSided: `{{ span }} is ended only by {{ callback }}, which is called when all went well. When the operation fails or is aborted, nothing ends it. ${GAP} End it where the failure arrives too.`,
    failureCallback: `{{ span }} is not ended when the operation fails: {{ exit }} on line {{ line }} settles it and leaves the span open. ${GAP} End it there too.`,
    subscription: `{{ span }} is ended by callbacks only. When {{ exit }} on line {{ line }} is rejected, none of them is called. ${GAP} End it in a \`catch\` around that call.`,
    wrap: 'End {{ span }} in a `finally` around what follows its start.',
  },
  'no-borrowed-end': {
    borrowed:
      'This ends a span that somebody else started: what `getActiveSpan()` or `getSpan()` returns belongs to the code that made it active. Its owner goes on writing to it after its end, and the trace shows too short a span. Leave the end to the owner, or start a span of your own.',
    remove: 'Remove this end.',
  },
  'no-use-after-end': {
    lost: '`{{ method }}` comes after {{ span }} was ended: the SDK drops it, and the trace never shows it. Move it in front of `end()`.',
    move: 'Move it in front of the end.',
  },
  'await-before-end': {
    unawaited:
      '{{ promise }} is not awaited before {{ span }} ends: the span ends at once, its duration is wrong, and an error of the promise is not on it. Write `await` in front of it, or end the span when it settles.',
    addAwait: 'Await it before the span ends.',
  },
  'no-swallowed-error': {
    swallowed:
      'This `catch` goes on as if nothing had failed, and {{ span }} does not hear of the error: the trace shows a success. Record the error on the span and set its status to ERROR, or throw the error on.',
    record: 'Record the error on {{ span }} and set its status to ERROR.',
  },
  'error-status': {
    recordedOnly:
      'An exception is recorded on {{ span }}, but its status stays unset: searches for failed spans and error rates miss it. Set the status to ERROR where the exception is recorded.',
    maskingOk:
      'The status of {{ span }} is OK before the work is done; an ERROR that is set later is ignored, and the trace shows a success. Set OK after the last thing that can fail, or not at all.',
    messageNotString:
      'The status message {{ value }} is no string: the SDK drops it. Write the text, for example `String(error)`.',
    unset:
      '{{ span }} is ended without a status when {{ exit }} on line {{ line }} fails: searches for failed spans and error rates miss it. Set the status to ERROR in a `catch`, or let `withSpan` do it.',
    setStatus: 'Set the status of {{ span }} to ERROR.',
  },
  'error-stage': {
    missing:
      'This error path does not say at which stage it failed: whoever reads the trace has to guess where. Set `error.stage` on {{ span }}, or wrap the step in `stage(name, fn)`.',
    set: 'Set `error.stage` to {{ stage }}.',
  },
} as const

type Rule = keyof typeof lifetimeMessages
type LifetimeFinding = Finding<Rule>

/** Findings of `span-end`, `no-use-after-end`, `await-before-end` and `error-status` on one span's life. */
export function judgeLifetime(fact: SpanLifetime): readonly LifetimeFinding[] {
  return [
    ...judgeExits(fact),
    ...fact.usesAfterEnd.map(({ origin, method }) =>
      findingOf(fact, 'no-use-after-end', 'lost', { origin, data: { span: spanOf(fact), method } }),
    ),
    ...fact.unawaited.map(({ origin, text }) =>
      findingOf(fact, 'await-before-end', 'unawaited', { origin, data: { span: spanOf(fact), promise: shorten(text) } }),
    ),
    ...judgeStatuses(fact),
  ]
}

/** One finding for the function that owns the span, and one for each helper that was given it and forgets it. */
function judgeExits(fact: SpanLifetime): LifetimeFinding[] {
  const told = new Set<number | undefined>()
  const findings: LifetimeFinding[] = []
  for (const exit of fact.openExits) {
    if (told.has(exit.helper)) continue
    told.add(exit.helper)
    findings.push(judgeExit(fact, exit))
  }
  return findings
}

function judgeExit(fact: SpanLifetime, exit: LifetimeExit): LifetimeFinding {
  const origin = exit.atStart ? fact.start : exit.origin
  const data = { span: spanOf(fact), exit: shorten(exit.text), line: String(exit.origin.from.line), callback: shorten(exit.text) }
  const finding = findingOf(fact, 'span-end', messageOfExit(fact, exit), { origin, data })
  return exit.certainty === 'likely' ? { ...finding, certainty: 'likely' } : finding
}

function messageOfExit(fact: SpanLifetime, exit: LifetimeExit): keyof (typeof lifetimeMessages)['span-end'] {
  switch (exit.kind) {
    case 'call':
      return 'throws'
    case 'await':
      return exit.atStart ? 'subscription' : 'rejects'
    case 'rejection':
      return 'rejects'
    case 'fulfilment':
      return 'fulfils'
    case 'return':
    case 'throw':
      return 'returns'
    case 'yield':
      return 'abandoned'
    case 'end-of-function':
      return 'reachesEnd'
    case 'overwrite':
      // The declaration itself, met again: a `const` in a loop.
      return exit.origin.start <= fact.start.start && exit.origin.end >= fact.start.end ? 'nextRound' : 'overwritten'
    case 'never':
      if (fact.variable !== '') return 'never'
      return fact.via.method === 'startSpan' ? 'unkept' : 'untaken'
    case 'one-sided':
      return 'oneSided'
    case 'failure-callback':
      return 'failureCallback'
  }
}

function judgeStatuses(fact: SpanLifetime): LifetimeFinding[] {
  const span = spanOf(fact)
  const [recorded] = fact.recordedOnly
  const [failing] = fact.failsUnset
  return [
    ...(recorded === undefined ? [] : [findingOf(fact, 'error-status', 'recordedOnly', { origin: recorded, data: { span } })]),
    ...fact.maskingOk.map((origin) => findingOf(fact, 'error-status', 'maskingOk', { origin, data: { span } })),
    ...(failing === undefined || recorded !== undefined ?
      []
    : [
        findingOf(fact, 'error-status', 'unset', {
          origin: fact.start,
          data: { span, exit: shorten(failing.text), line: String(failing.origin.from.line) },
        }),
      ]),
  ]
}

/** Findings of `no-borrowed-end`. */
export function judgeSpanEnd(fact: SpanEnd): readonly LifetimeFinding[] {
  return fact.borrowed ? [findingOf(fact, 'no-borrowed-end', 'borrowed', { origin: fact.origin, data: {} })] : []
}

/** Findings of `no-swallowed-error` and `error-stage` on one `catch`. */
export function judgeErrorPath(fact: ErrorPath): readonly LifetimeFinding[] {
  const span = fact.variable === '' ? 'the active span' : shorten(fact.variable)
  const { touches, main, ends, entry } = fact
  const findings: LifetimeFinding[] = []
  if (main && ends === 'completes' && !touches.span) {
    findings.push(findingOf(fact, 'no-swallowed-error', 'swallowed', { origin: entry, data: { span } }))
  }
  const isTold = touches.exception || touches.status === 'error' || (main && ends === 'throws')
  if (isTold && !touches.stage) {
    findings.push(findingOf(fact, 'error-stage', 'missing', { origin: entry, data: { span } }))
  }
  return findings
}

/** Findings of `error-status` on the message of a status. */
export function judgeStatusMessage(fact: StatusWrite): readonly LifetimeFinding[] {
  const { message } = fact
  if (message === undefined || !isNoString(message)) return []
  return [findingOf(fact, 'error-status', 'messageNotString', { origin: message.origin, data: { value: shorten(message.text) } })]
}

/** Is the value known to be something else than a string (or nothing)? */
function isNoString(value: Value): boolean {
  const type = value.type?.kind
  if (type !== undefined && type !== 'union' && type !== 'unknown') {
    if (type === 'literals') return value.type?.literals?.every((literal) => typeof literal !== 'string') === true
    return type !== 'string' && type !== 'nullish'
  }
  switch (value.kind) {
    case 'literal':
      return value.value !== undefined && value.value !== null && typeof value.value !== 'string'
    case 'object':
    case 'array':
      return true
    case 'call':
      return value.construct === true
    case 'unknown':
      return value.yields === 'boolean' || value.yields === 'number' || value.yields === 'function'
    case 'reference':
      // What is thrown is an error, `catch (error)` its name.
      if (value.root === 'caught') return value.path.length === 1
      return value.resolved !== undefined && isNoString(value.resolved)
    case 'union':
      return value.of.length > 0 && value.of.every(isNoString)
    default:
      return false
  }
}

function spanOf({ variable }: SpanLifetime): string {
  return variable === '' ? 'The span' : shorten(variable)
}

function findingOf<Name extends Rule>(
  fact: SpanLifetime | SpanEnd | ErrorPath | StatusWrite,
  rule: Name,
  messageId: keyof (typeof lifetimeMessages)[Name] & string,
  { origin, data }: { origin: Finding['origin']; data: Readonly<Record<string, string>> },
): LifetimeFinding {
  return { rule, messageId, data, origin, subject: `${rule}:${String(origin.start)}`, certainty: fact.certainty }
}
