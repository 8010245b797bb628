import { createTraceState, type TraceState } from '@opentelemetry/api'
import { maskText } from '@spanguard/policy'

/** A span's or event's name: secrets are masked, and a query that came with a path or URL is cut. */
export function maskName(name: string): string {
  // Masked first: what is cut may be what tells a secret behind it (`/a?Bearer …`).
  const masked = maskText(name.length > 1024 ? name.slice(0, 1024) : name)
  if (!masked.includes('/')) return masked
  // `GET /a?token=x`, and a URL in the middle of a sentence.
  return maskPath(masked.replace(/(\/[^\s?#]*)[?#]\S*/g, '$1').replace(userinfo, '$1'))
}
const userinfo = /((?:[a-z][a-z0-9+.-]{0,20}:)?\/\/)[^\s/@]*@/gi

/** A URL without userinfo, query and fragment, with the secrets in its path masked. Works on paths as well. */
export function maskUrl(url: string): string {
  const end = url.search(/[?#]/)
  const cut = end < 0 ? url : url.slice(0, end)
  return maskPath(cut.replace(userinfo, '$1'))
}

/**
 * A path with the secrets in its segments masked. A segment that looks like a token is one: reset links, invitations and
 * webhooks carry theirs in the path. UUIDs, ULIDs, object ids and numbers are ids and stay.
 */
export function maskPath(path: string): string {
  return maskText(decodedForLook(path)).replace(opaqueSegment, (segment: string) => (isToken(segment) ? '[REDACTED]' : segment))
}

/**
 * True for a path of words, numbers and UUIDs, in which no form of a secret fits: most paths are such, and this look costs a
 * tenth of looking for each form.
 */
export function isPlainPath(path: string): boolean {
  return path.length <= 256 && plainPath.test(path)
}
const plainPath =
  /^(?:\/(?:[a-z]{1,15}(?:-[a-z]{1,12}){0,2}|v\d{1,2}|\d{1,10}|[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})?)*$/

/** 20 and more characters of base64url or hex between slashes. */
const opaqueSegment = /(?<=[/\s:=,;]|^)[\w~.-]{20,}(?=[/\s:,;)]|$)/g

function isToken(segment: string): boolean {
  if (/^[0-9a-f]{32,}$/i.test(segment)) return true
  return /\d/.test(segment) && /[a-z]/.test(segment) && /[A-Z]/.test(segment) && /^[\w-]+$/.test(segment)
}

/** `jane%40example.com` is an address as well; what can't be decoded is looked at as it is. */
function decodedForLook(path: string): string {
  if (!path.includes('%')) return path
  try {
    const decoded = decodeURIComponent(path)
    // Decoded only where it matters, so that other paths stay as they were sent.
    return maskText(decoded) === decoded ? path : decoded
  } catch {
    return path
  }
}

/**
 * At most `length` characters to look through, so that a huge value costs nothing. What stands at the cut goes with it: half
 * a secret is not recognised, and still half a secret.
 */
export function boundText(text: string, length: number): string {
  if (text.length <= length) return text
  const head = text.slice(0, length)
  const space = head.search(/\s\S{0,512}$/)
  return head.slice(0, space < 0 ? Math.max(length - 512, 0) : space)
}

/** At most `length` characters, never half a surrogate pair. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}

/**
 * The frames of a stack and nothing else: the lines before them repeat the error's message. A line counts as a frame
 * only in the whole shape that V8 gives it, since a message may have lines that begin with `at` too.
 */
export function framesOf(stack: string, length: number): string {
  const frames: string[] = []
  let size = 0
  for (const line of stack.split('\n')) {
    const frame = line.trim()
    if (frame.length > 512 || !framePattern.test(frame)) continue
    size += frame.length + 5
    if (size > length) break
    frames.push(`    ${frame}`)
  }
  return frames.length === 0 ? '' : maskText(frames.join('\n'))
}

/**
 * `at f (/path/file.js:1:2)`, `at async Class.method [as x] (node:internal/x:1:2)`, `at file:///x.js:1:2`, `at f (<anonymous>)`.
 * https://v8.dev/docs/stack-trace-api#appendix%3A-stack-trace-format
 */
const framePattern =
  /^at (?:async |new )?(?:[\w$.<>#[\]]+(?: \[as [\w$.<>#]+\])? \((?:(?:[^\s()?#]|\([^\s()?#]*\))+:\d+:\d+|<anonymous>|native)\)|[^\s()?#]+:\d+:\d+)$/

/**
 * A status message is free text, most often an error's own message: only its leading class (`TypeError: …`) is known to
 * be safe. A message that is nothing but such a class, or a constant code (`ECONNREFUSED`, `not_found`), stays.
 */
export function statusMessage(message: string): string | undefined {
  if (message === '') return undefined
  if (message.length <= 64 && /^(?:[A-Z][A-Za-z]*(?:Error|Exception)|[A-Z]{2,}(?:_[A-Z]+)*|[a-z]+(?:_[a-z]+)+)$/.test(message)) {
    return message
  }
  const named = /^([A-Z][A-Za-z]{0,60}(?:Error|Exception)):/.exec(message)
  return named?.[1] === undefined ? '[REDACTED]' : `${named[1]}: [REDACTED]`
}

/**
 * A key that is not listed leaves as it is only when it looks like a key that somebody wrote: a part that comes from
 * data (an id, an address, a token) would carry it out.
 */
export function safeKey(key: string): string {
  if (key.length <= 64 && writtenKey.test(key) && !/\d{5}/.test(key) && maskText(key) === key) return key
  return '[REDACTED]'
}
/** A key that is longer is made from data, whatever the policy allows. */
export const maxKeyLength = 256

/**
 * May a key leave as it is that the policy allows, perhaps by a wildcard (`order.*`)? Not with a secret, an address or a long
 * number in it, also where these are joined to other parts by what joins the parts of keys.
 */
export function isFreeOfSecrets(key: string): boolean {
  if (key.length > maxKeyLength || longNumber.test(key) || maskText(key) !== key) return false
  return key.split(/[._:/-]/).every(part => maskText(part) === part)
}
/** As long as a social security number; dates have eight digits. */
const longNumber = /\d(?:[ _-]?\d){8}/
const writtenKey = /^[A-Za-z][A-Za-z0-9]{0,24}(?:[._-][A-Za-z0-9]{1,24}){0,7}$/

/**
 * Only the `ot` member leaves, in the form that the specification gives it: other members belong to other vendors, and
 * anybody can send some. Returns the same object when there is nothing to take away.
 */
export function keptTraceState(given: TraceState): TraceState | undefined {
  const text = given.serialize()
  if (text === '') return given
  const own = given.get('ot')
  const kept = own !== undefined && /^(?:th|rv):[0-9a-f]{1,14}(?:;(?:th|rv):[0-9a-f]{1,14})?$/.test(own) ? `ot=${own}` : ''
  if (kept === text) return given
  return kept === '' ? undefined : createTraceState(kept)
}
