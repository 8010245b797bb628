import type { AttributeBag, AttributeWrite, CallValue, Origin, ReferenceValue, Sink, Value } from '../facts.js'
import type { Finding } from '../finding.js'
import { isEnumMember, splitName } from '../names.js'
import { isConventionalKey, keyOfConstant } from '../listed-keys.js'
import { pathOf, resolveValue } from '../values.js'
import { boundedOwners, clockWords, individualKeys, requestWords, timestampCalls, uniqueCalls } from '../words/bounds.js'
import { attributeBags, configuredUrls, countWords, deployedOwners, payloadWords, scalarWords, sentWords, serialisers, wholeWords } from '../words/carriers.js'
import { boundOf } from './bounds.js'
import { knownKey } from './key.js'
import { membersOf } from './masking.js'
import { shorten } from './wording.js'

export const unboundedMessages = {
  'no-unbounded-data': {
    array: '{{ value }} has as many members as the data has: long arrays are cut or dropped by the store. Write their number.',
    bag: '{{ value }} is written with whatever fields it has, next month with more: nobody chose what goes into the trace. Name the fields that are needed.',
    eventName: '{{ value }} makes a new event name for every value: nobody can search for the event. Keep its name constant and put {{ value }} into its attributes.',
    key: 'The key {{ key }} is another one for every value: the store gets a new column each time. Keep the key constant and put what varies into the value.',
    metric: '{{ value }} makes a time series for every value: the metric grows until the store refuses it. Keep ids on spans, and metrics on what is few.',
    payload: '{{ value }} is a whole payload: it is a leak that nobody chose, and is cut at the store\'s limit. Write the fields that are needed.',
    sql: '{{ value }} has values in its SQL: they go into the trace with it. Write the operation and the table, or the text with placeholders.',
    stack: '{{ value }} is a stack: stacks belong to `recordException`, where the store shows them. Record the exception instead.',
    timestamp:
      '{{ value }} is the time of now as a text: a span has a start and an end of its own, and a trace store can neither compare nor group such texts. Leave it out, or write it as a number.',
    unique: '{{ value }} is made here and kept nowhere else: nothing can be found by it. Leave it out, or write the id of the thing that the span is about.',
    url: '{{ value }} is a URL with its query: tokens and searches of people stand in it. Write the route or the host, or the path without its query.',
    constantEvent: 'Name the event {{ name }}, and put what varies into its attributes.',
    count: 'Write how many there are.',
    placeholders: 'Write the text with placeholders.',
    recordException: 'Record the exception instead.',
    remove: 'Take it out of the trace.',
    time: 'Write it as a number.',
    withoutQuery: 'Write it without its query.',
  },
} as const

type Found = Pick<Finding, 'rule' | 'messageId' | 'data' | 'origin'>
type MessageId = keyof (typeof unboundedMessages)['no-unbounded-data']
const RULE = 'no-unbounded-data'

/** `server.id`, `shardId`, `tenantId`: of what is deployed or signed up for there are as many as somebody set up, and a metric is asked about each. */
function isIdOfDeployed(value: Value): boolean {
  const words = pathOf(value).flatMap(splitName)
  return words.at(-1) === 'id' && deployedOwners.has(words.at(-2) ?? '')
}

/** `tool_name`, `mcp.prompt.name`: a client asks for one of those that a server offers. The conventions' metrics of MCP have both. */
function isNameOfOffered(key: string | null): boolean {
  const words = splitName(key ?? '')
  return words.at(-1) === 'name' && (words.at(-2) === 'tool' || words.at(-2) === 'prompt')
}

/** What has no bound in a key and its value. */
export function unboundedWrite(fact: Pick<AttributeWrite, 'derivedFrom' | 'entry' | 'key' | 'ofField' | 'origin' | 'sink' | 'value'>): Found | null {
  const { key, sink, value } = fact
  if (isBuiltKey(key)) return found('key', key, { key: shorten(key.text) })
  const known = knownKey(key) ?? conventionalKeyOf(key)
  const isConventional = known !== null && isConventionalKey(known)
  // `server.address` and the like are attributes of the conventions' own metrics; `user.id` is of none.
  if (sink === 'metric-attribute') {
    const isMeasured = isConventional && !individualKeys.has(known)
    return boundOf(value) === 'unbounded' && !isMeasured && !isIdOfDeployed(value) && !isNameOfOffered(known) ? about('metric', value) : null
  }
  const inner = unboundedValue(value, sink)
  // `url.template`: whoever names the key so writes what the conventions ask for, with its parameters left out.
  // So do `cicd.pipeline.run.url.full` and `vcs.repository.url.full`: pages, to be opened.
  if (inner?.messageId === 'url' && known !== null && (splitName(known).includes('template') || /^(?:cicd|vcs)\./.test(known))) return null
  if (inner?.messageId === 'url' && isUrlOfThing(key, value)) return null
  // Some conventional attributes are lists (`gen_ai.response.finish_reasons`), some a time in ISO 8601 (`process.creation.time`).
  // What a helper makes itself is judged where the helper writes it: there it has its name.
  if (inner?.messageId === 'unique' && fact.derivedFrom !== undefined && inner.origin.start === fact.origin.start) return null
  // What stands in an object that a helper is given (`record({ type, timestamp: new Date().toISOString() })`) goes wherever the object goes.
  if (inner?.messageId === 'timestamp' && fact.ofField === true) return null
  // A property of an object that has a name (`message.messageId`), too.
  if (inner?.messageId === 'unique' && !isWithin(fact.entry, fact.origin)) return null
  if ((inner?.messageId === 'array' || inner?.messageId === 'timestamp') && isConventional) return null
  // `mcp.prompt.name`: what the key says that it is is no prompt, though the variable is called so.
  if (inner?.messageId === 'payload' && known !== null && pathOf(value).at(-1) === 'prompt' && scalarWords.has(splitName(known).at(-1) ?? '')) return null
  // `gen_ai.input.messages`, `gen_ai.tool.definitions`: the conventions ask for the serialised structure under these very keys.
  return inner?.messageId === 'payload' && isConventional && known.startsWith('gen_ai.') ? null : inner
}

/** Words of what holds the constants of keys, which are no part of the keys. */
const holderWords: ReadonlySet<string> = new Set(['attr', 'attribute', 'attributes', 'attrs', 'conventions', 'key', 'keys', 'semantic', 'semattrs', 'semconv'])

/** `GenAiAttr.InputMessages`, `ATTR_GEN_AI_INPUT_MESSAGES` of another file: the key of the conventions that a constant is called after. */
function conventionalKeyOf(key: Value): string | null {
  if (key.kind !== 'reference' || key.root !== 'import' || key.resolved !== undefined) return null
  return keyOfConstant(key.path.flatMap(splitName).filter((word) => !holderWords.has(word)).join('_').toUpperCase())
}

function isWithin(inner: Origin, outer: Origin): boolean {
  return inner.start >= outer.start && inner.end <= outer.end
}

/** A template key with a part that varies. A part that is a constant of another file, or a prefix, does not. */
function isBuiltKey(key: Value): boolean {
  if (key.kind === 'reference') return key.resolved !== undefined && isBuiltKey(key.resolved)
  if (key.kind !== 'template' && key.kind !== 'concat') return false
  return key.parts.some((part) => boundOf(part) === 'unbounded')
}

/** What has no bound in a value that is put anywhere. */
export function unboundedValue(value: Value, sink: Sink): Found | null {
  const kind = value.type?.kind
  if (kind === 'number' || kind === 'boolean' || kind === 'literals' || kind === 'bigint') return null
  switch (value.kind) {
    case 'union':
      return firstOf(withoutUnparsed(membersOf(value)), sink)
    case 'template':
    case 'concat':
      if (isInterpolatedSql(value)) return about('sql', value)
      if (isUrlWithQuery(value)) return about('url', value)
      return firstOf(value.parts.filter((part) => part.kind === 'call' || isStack(part) || isRequestPayload(part)), sink)
    case 'call':
      return unboundedCall(value, sink)
    case 'reference': {
      const inner = value.resolved === undefined ? null : unboundedValue(value.resolved, sink)
      // `toolNames`: how the members are called is what a list of strings is for.
      if (inner?.messageId === 'array' && splitName(value.path.at(-1) ?? '').at(-1) === 'names') return null
      // An id that has a name was made for something (an order, a query), and is how that thing's trace is found.
      // So is a moment that has one (`completionStartTime`): it was when something happened, not when this is written.
      const isKept = inner?.messageId === 'unique' || isErrorText(value) || (inner?.messageId === 'timestamp' && value.path.length === 1 && isMoment(value.path[0] ?? ''))
      if (inner !== null && !isKept) return about(inner.messageId as MessageId, value)
      const names = [...value.path, ...pathOf(value.resolved)]
      return value.resolved === undefined || value.resolved.kind === 'reference' || value.resolved.kind === 'parameter' ?
          unboundedPath(value, value.resolved === undefined ? value.path : names, sink)
        : unboundedPath(value, [], sink)
    }
    case 'parameter':
      return unboundedPath(value, [value.name, ...value.path], sink)
    default:
      return null
  }
}

/** `parsed?.pathname ?? url`, `url.split('?')[0] ?? url`: the URL stands in where it is none, or has no query. */
function withoutUnparsed(members: readonly Value[]): readonly Value[] {
  const [first] = members
  if (first === undefined) return members
  return pathOf(first).at(-1) === 'pathname' ? [first] : members.filter((member) => member === first || !/^\??\.split\(/.test(first.text.slice(member.text.length)) || !first.text.startsWith(member.text))
}

/** `now`, `timestamp`, `isoDate` are any time; `completionStartTime`, `expiresAt` are a certain one. */
function isMoment(name: string): boolean {
  return splitName(name).some((word) => !clockWords.has(word))
}

function firstOf(values: readonly Value[], sink: Sink): Found | null {
  for (const value of values) {
    const inner = unboundedValue(value, sink)
    if (inner !== null) return inner
  }
  return null
}

function unboundedCall(call: CallValue, sink: Sink): Found | null {
  const name = (call.callee.at(-1) ?? '').toLowerCase()
  const [argument] = call.arguments
  if (serialisers.has(name)) {
    if (argument === undefined || isSmall(argument) || isCaughtError(argument)) return null
    return about(isUrl(pathOf(argument)) ? 'url' : 'payload', call)
  }
  if (timestampCalls.has(name)) return (sink === 'attribute' || sink === 'event-attribute') && isNow(call.receiver) ? about('timestamp', call) : null
  // A resource is there once per process: `service.instance.id` is random by its convention.
  if (sink !== 'resource' && uniqueCalls.has(name) && !(name === 'now' || name === 'random')) return about('unique', call)
  if (name === 'tostring' || name === 'string' || name === 'trim') {
    const inner = name === 'string' ? argument : call.receiver
    if (inner === undefined || (inner.kind === 'parameter' && inner.path.length === 0)) return null
    if (name !== 'trim' && (isParsedUrl(inner) || (name === 'tostring' && isUrl(pathOf(inner))))) return about('url', call)
    return unboundedValue(inner, sink)
  }
  if ((name === 'text' || name === 'json') && (sink === 'attribute' || sink === 'event-attribute') && isAnswer(call)) return about('payload', call)
  // A status has one text, which tells of all that was wrong.
  if (name === 'join' && sink !== 'status-message' && call.receiver?.kind === 'call' && isMapped(call.receiver)) return about('array', call)
  return isMapped(call) ? about('array', call) : null
}

/** `await response.text()`: all that somebody sent. */
function isAnswer({ arguments: given, awaited, receiver }: CallValue): boolean {
  return awaited === true && given.length === 0 && receiver !== undefined && answerWords.has(splitName(pathOf(receiver).at(-1) ?? '').at(-1) ?? '')
}

const answerWords: ReadonlySet<string> = new Set(['req', 'request', 'res', 'resp', 'response'])

/** `const errorText = await response.text()`: what somebody said went wrong, and is looked for. */
function isErrorText({ path, resolved }: ReferenceValue): boolean {
  return resolved?.kind === 'call' && isAnswer(resolved) && splitName(path.at(-1) ?? '').some((word) => errorWords.has(word))
}

/**
 * Is it the time at which the code runs: `new Date()`, `new Date(Date.now())`? When a schedule is due or a retry comes is something that
 * somebody looks for, and the conventions write such times in ISO 8601 themselves.
 */
function isNow(value: Value | undefined): boolean {
  if (value?.kind === 'reference') return value.resolved !== undefined ? isNow(value.resolved) : isNowName(value.path.at(-1))
  if (value?.kind === 'parameter') return isNowName(value.path.at(-1) ?? value.name)
  if (value?.kind !== 'call') return false
  const [argument, ...others] = value.arguments
  const name = value.callee.at(-1)
  // dayjs(), moment(), DateTime.now()
  if (name === 'now' || name === 'utc' || name === 'dayjs' || name === 'moment') return argument === undefined
  return value.construct === true && name === 'Date' && others.length === 0 && (argument === undefined || isNow(argument))
}

function isNowName(name: string | undefined): boolean {
  return name === 'now'
}

function isMapped(call: CallValue): boolean {
  const name = call.callee.at(-1)
  if ((name === 'map' || name === 'flatMap') && isListOfFew(call)) return false
  return name === 'map' || name === 'flatMap' || (call.callee[0] === 'Object' && (name === 'keys' || name === 'values'))
}

/** `tools.map((tool) => tool.name)`, `matchedRules.map((rule) => rule.id)`: what a program knows a handful of. */
function isListOfFew({ arguments: [of], callee }: CallValue): boolean {
  const things = splitName(callee.at(-2) ?? '').at(-1) ?? ''
  // Which fields of an input were wrong, and how: a schema has so many.
  if (/^(?:errors|issues|violations)$/.test(things) && /\.(?:code|field|path(?:\.join\([^()]*\))?)$/.test(of?.text ?? '')) return true
  return things.endsWith('s') && boundedOwners.has(things.slice(0, -1)) && /\.(?:\w*(?:Id|Name)|id|kind|name|type)$/.test(of?.text ?? '')
}

/** What names of errors end in: `ex`, `uploadError`. Sorted. */
const errorWords: ReadonlySet<string> = new Set(['cause', 'e', 'err', 'error', 'ex', 'exception', 'reason'])

function isErrorName(name: string | undefined): boolean {
  return name !== undefined && errorWords.has(splitName(name).at(-1) ?? '')
}

/** By the names that errors are caught under; GraphQL answers with a list of them. */
function isCaughtError(value: Value): boolean {
  const name = pathOf(value).at(-1)
  return name === 'errors' || isErrorName(name)
}

/** `new UploadError(…)`, or a text that a helper takes in the place of an error. */
function isMadeError(value: Value | undefined): boolean {
  if (value?.kind === 'call') return isErrorName(value.callee.at(-1))
  return value?.kind === 'literal' || value?.kind === 'template' || value?.kind === 'concat'
}

/** `error.message`, `ex.name`: a text of the program's own, which `JSON.stringify` only puts into quotes. */
function isErrorField(value: Value): boolean {
  const path = pathOf(value)
  const field = path.at(-1)
  if (field !== 'message' && field !== 'name' && field !== 'code') return false
  return isErrorName(path.at(-2)) || (value.kind === 'reference' && path.length === 2 && path[0] === '[]' && isMadeError(value.base))
}

/** A text, a number, a list of constants, two or three fields by name: serialised, it is as short as before. */
function isSmall(value: Value): boolean {
  const kind = value.type?.kind
  if (kind === 'string' || kind === 'number' || kind === 'boolean' || kind === 'literals') return true
  if (value.kind === 'literal' || value.kind === 'template' || isConstant(value)) return true
  if (value.kind === 'array') return value.elements.every((element) => element.kind === 'literal')
  if (isErrorField(value)) return true
  const words = splitName(pathOf(value).at(-1) ?? '')
  const last = words.at(-1) ?? ''
  if (scalarWords.has(last) || words[0] === 'is' || words[0] === 'has') return true
  // `durations`, `sizes`: a number for each of a few things.
  if (countWords.has(last)) return true
  if (value.kind === 'object') return !value.open && value.properties.length <= 3 && value.properties.every((property) => isField(property.value))
  return value.kind === 'unknown' && value.yields !== undefined
}

/** Written out to the last member: whatever is in it stands in the source, and never grows. */
function isConstant(value: Value): boolean {
  if (value.kind === 'literal') return true
  if (value.kind === 'array') return !value.open && value.elements.every(isConstant)
  return value.kind === 'object' && !value.open && value.properties.every((property) => isConstant(property.value))
}

function isField(value: Value): boolean {
  if (value.kind === 'reference' || value.kind === 'parameter') {
    const ending = splitName(pathOf(value).at(-1) ?? '').at(-1) ?? ''
    return !payloadWords.has(ending) && !wholeWords.has(ending)
  }
  return isSmall(value) || value.kind === 'unknown'
}

function unboundedPath(value: Value, path: readonly string[], sink: Sink): Found | null {
  const names = path.filter((segment) => segment !== '[]' && segment !== 'this' && segment !== '')
  const last = names.at(-1)
  if (last === undefined || isPage(value) || isEnumMember(names)) return null
  if (last === 'stack' && sink !== 'status-message') return about('stack', value)
  const words = splitName(last)
  if (words[0] === 'is' || words[0] === 'has') return null
  const ending = words.at(-1) ?? ''
  const owner = splitName(names.at(-2) ?? '').at(-1) ?? ''
  // `detectionChecks.payload`: of each kind of thing how many, or how large.
  // `line.body`, `logRecord.body`: the text of a record.
  if (last === 'body' && isLogRecord(names.at(-2) ?? (value.kind === 'reference' && value.base?.kind === 'call' ? (value.base.callee.at(-1) ?? '') : ''))) return null
  // `req.headers['access-control-request-headers']`: one of them, whatever it is called.
  if (payloadWords.has(ending) && !countWords.has(owner)) return isMember(path) || owner === 'headers' ? null : about('payload', value)
  // A prompt, a document: `body.data.text` of what a client or a server sent.
  if ((ending === 'text' || ending === 'content') && names.slice(0, -1).some((name) => payloadWords.has(splitName(name).at(-1) ?? ''))) {
    return about('payload', value)
  }
  if (isUrl(names) || ((last === 'search' || last === 'href') && value.kind === 'reference' && value.base !== undefined && isParsedUrl(value.base))) return about('url', value)
  if (last === 'search' && requestWords.has(owner)) return about('url', value)
  // What a framework has parsed, or what somebody asked for: it is no URL any more.
  if (last === 'query' && requestWords.has(owner)) return about('payload', value)
  return null
}

/** `line`, `logRecord`, `parseLine()` */
function isLogRecord(name: string): boolean {
  const words = splitName(name)
  return words.at(-1) === 'line' || words.at(-1) === 'log' || (words.at(-2) === 'log' && /^(?:entry|record)$/.test(words.at(-1) ?? ''))
}

/** `window.location.href`: no service has a window. */
function isPage(value: Value): boolean {
  return value.kind === 'reference' && value.root === 'global' && (value.path[0] === 'window' || value.path[0] === 'document')
}

/** `req.headers[name]`: one of them, which the code picked out. */
function isMember(path: readonly string[]): boolean {
  return path.at(-1) === '[]'
}

/** `new URL(u)` of what is no constant and no URL of a configuration. */
function isParsedUrl(value: Value): boolean {
  const made = resolveValue(value)
  if (made.kind !== 'call' || made.construct !== true || made.callee.at(-1) !== 'URL') return false
  const [argument] = made.arguments
  if (argument === undefined || made.arguments.length > 1) return argument !== undefined && isUrl(pathOf(argument))
  if (argument.kind === 'reference' || argument.kind === 'parameter') {
    if (argument.kind === 'reference' && argument.resolved?.kind === 'literal') return false
    const names = pathOf(argument)
    const last = names.at(-1) ?? ''
    return !/^[A-Z][A-Z\d_]*$/.test(last) && !names.includes('env') && !names.includes('config') && !splitName(last).some((word) => configuredUrls.has(word))
  }
  return false
}

/** `${base}/search?q=${term}`: a query that is put together out of what varies. */
function isUrlWithQuery(value: Extract<Value, { kind: 'template' | 'concat' }>): boolean {
  const pieces = value.kind === 'concat' ? value.parts : value.quasis.flatMap((quasi, index) => [quasi, ...value.parts.slice(index, index + 1)])
  const start = textOf(pieces[0])
  // `${base}/search`, `${searchUrl}?q=`
  const isPath = start === '' && pieces.some((piece) => /^(?:\/|\?[\w.-]+=)/.test(textOf(piece)))
  if (!/^(?:https?:|\/)/.test(start) && !isPath) return false
  return pieces.some((piece, index) => {
    const next = pieces[index + 1]
    return /[?&][\w.[\]%-]+=$/.test(textOf(piece)) && typeof next === 'object' && next.kind !== 'literal' && boundOf(next) !== 'bounded'
  })
}

function textOf(piece: Value | string | undefined): string {
  if (typeof piece === 'string') return piece
  return piece?.kind === 'literal' ? String(piece.value) : ''
}

/** `${req.body}`: the sender's own words; a `payload` of the program's own may be anything. */
function isRequestPayload(value: Value): boolean {
  const path = pathOf(value)
  return payloadWords.has(path.at(-1)?.toLowerCase() ?? '') && requestWords.has(splitName(path.at(-2) ?? '').at(-1) ?? '')
}

/** The URL that somebody sent, as it came: no URL of a configuration, and not the route in `routeOptions.url`. */
function isUrl(path: readonly string[]): boolean {
  const names = path.filter((segment) => segment !== '[]' && segment !== 'this' && segment !== '')
  const last = names.at(-1) ?? ''
  // `urlString` is the same as `url`.
  const words = splitName(last).filter((word, index) => index === 0 || (word !== 'str' && word !== 'string'))
  const ending = words.at(-1)
  // `ctx.uri`, `requestUri`; in `ctx.resourceUri` it is the resource's.
  const isRequest = requestWords.has(words.length === 1 ? (splitName(names.at(-2) ?? '').at(-1) ?? '') : (words.at(-2) ?? ''))
  if (ending !== 'url' && ending !== 'href' && !(ending === 'uri' && isRequest)) return false
  // A constant, and what the environment says.
  if (/^[A-Z][A-Z\d_]*$/.test(last) || names.includes('env') || names.includes('config')) return false
  const before = [...words.slice(0, -1), ...splitName(names.at(-2) ?? '')]
  return !before.some((word) => configuredUrls.has(word))
}

/** What a URL is sent to, or holds a right by itself: its query matters whatever it is called. */
const sentUrls: ReadonlySet<string> = new Set(['callback', 'download', 'fetch', 'http', 'page', 'presigned', 'redirect', 'referer', 'referrer', 'request', 'signed', 'target', 'upload', 'webhook'])

/** `entity.url` under `entity.url`, `sourceUrl` under `wake.source`: the name of a thing of the program's own, and nothing that anybody sent. */
function isUrlOfThing(key: Value, value: Value): boolean {
  const named = knownKey(key) ?? pathOf(key).at(-1)
  const path = pathOf(value)
  const words = splitName(path.at(-1) ?? '')
  const thing = words.length > 1 ? words.at(-2) : words[0] === 'url' ? splitName(path.at(-2) ?? '').at(-1) : undefined
  const keyWords = splitName(named ?? '')
  // Where a program's own code stands: `vitest.module.url`.
  if (keyWords.includes('module')) return true
  if (thing === undefined || requestWords.has(thing)) return false
  return keyWords.includes(thing) && ![...keyWords, ...words].some((word) => sentUrls.has(word))
}

function isStack(value: Value): boolean {
  return value.kind === 'reference' && value.path.at(-1) === 'stack'
}

const SQL = /^\s*(?:select\s.+\sfrom|insert\s+into|update\s.+\sset|delete\s+from)\b/is

function isInterpolatedSql(value: Extract<Value, { kind: 'template' | 'concat' }>): boolean {
  if (value.parts.length === 0) return false
  const text = value.kind === 'template' ? value.quasis.join(' ? ') : value.parts.map((part) => (part.kind === 'literal' ? String(part.value) : ' ? ')).join('')
  return SQL.test(text) && value.parts.some((part, i) => part.kind !== 'literal' && boundOf(part) !== 'bounded' && isValuePlace(textBefore(value, i)))
}

function textBefore(value: Extract<Value, { kind: 'template' | 'concat' }>, index: number): string {
  if (value.kind === 'template') return value.quasis.slice(0, index + 1).join('?')
  return value.parts.slice(0, index).map((part) => (part.kind === 'literal' ? String(part.value) : '?')).join('')
}

/**
 * Is what comes next a value, by what stands before it: a comparison, a list of values, an open quote? A table, a column or a
 * condition that another function wrote holds placeholders as often as not.
 */
function isValuePlace(before: string): boolean {
  return /(?:[=<>]|\blike|\bbetween|\blimit|\boffset)\s*['"%]*$/i.test(before) || /\b(?:in|values)\s*\([^)]*$/i.test(before) || /'[\w%-]*$/.test(before)
}

/** A whole object of unknown shape, spread or handed over. */
export function unboundedBag(fact: AttributeBag): Found | null {
  const { value } = fact
  if (value.kind === 'call') {
    const words = splitName(value.callee.at(-1) ?? '')
    const [argument] = value.arguments
    // `callInfo.toJSON()`: whatever the object says of itself.
    if (value.callee.at(-1) === 'toJSON') return value.receiver === undefined || holdsAttributes(pathOf(value.receiver)) ? null : about('bag', value)
    const isFlattener = words.some((word) => word === 'flatten' || word === 'flat')
    const given = argument?.kind === 'call' ? argument.callee : pathOf(argument)
    return isFlattener && argument !== undefined && argument.kind !== 'object' && !holdsAttributes(given) ? about('bag', value) : null
  }
  const names = pathOf(value).filter((segment) => segment !== '[]' && segment !== 'this')
  const words = names.slice(-2).flatMap(splitName)
  if (words.length === 0 || holdsAttributes(names)) return null
  const ending = words.at(-1) ?? ''
  // The bare parameter of a wrapper is judged where the wrapper is called, unless its name says that it is what somebody sent.
  if (value.kind === 'parameter' && value.path.length === 0 && !payloadWords.has(ending) && !sentWords.has(ending)) return null
  return payloadWords.has(ending) || wholeWords.has(ending) ? about('bag', value) : null
}

function holdsAttributes(path: readonly string[]): boolean {
  return path
    .filter((segment) => segment !== '[]' && segment !== 'this')
    .slice(-2)
    .flatMap(splitName)
    .some((word) => attributeBags.has(word))
}

function about(messageId: MessageId, value: Value): Found {
  return found(messageId, value, { value: shorten(value.text) })
}

function found(messageId: MessageId, value: Value, data: Record<string, string>): Found {
  return { rule: RULE, messageId, data, origin: value.origin }
}
