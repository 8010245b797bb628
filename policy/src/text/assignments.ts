import { splitName } from '../names.js'
import type { TextMatch } from '../text.js'
import { isTokenCode } from './characters.js'

/** Last words of a key whose value is a secret, in queries, forms, JSON and connection strings. */
const SECRET_WORDS: ReadonlySet<string> = new Set([
  'apikey', 'authorization', 'credential', 'credentials', 'jwt', 'passphrase', 'passwd', 'password', 'pwd', 'secret', 'sessionid', 'sig',
  'signature', 'token',
])
const SECRET_PAIRS: ReadonlySet<string> = new Set([
  'access key', 'account key', 'api key', 'encryption key', 'private key', 'secret key', 'session id', 'shared key', 'signing key', 'storage key',
])
/** Tokens that are no credentials: cursors of pages and the like. */
const HARMLESS_TOKENS: ReadonlySet<string> = new Set(['continuation', 'cursor', 'end', 'next', 'page', 'pagination', 'resume', 'skip', 'start', 'sync'])
const SHORT_WORDS: ReadonlySet<string> = new Set(['sig', 'signature', 'token'])

/** `$1`, `?`, `:name`, `{name}`, `<name>`, `***`, `[REDACTED]`: what stands for a value is none. */
const PLACEHOLDER = /^(?:[$?:{<[(%*]|(?:true|false|null|undefined|none|redacted|masked|filtered)$|x+$)/i

/** `password=…` of queries and connection strings, `"password":"…"` of JSON, and headers that carry credentials. */
export function findAssignments(text: string, push: (match: TextMatch) => void): void {
  findPairs(text, '=', push)
  findPairs(text, ':', push)
}

function findPairs(text: string, sign: '=' | ':', push: (match: TextMatch) => void): void {
  let from = text.indexOf(sign)
  while (from >= 0) {
    const value = sign === '=' ? readQueryPair(text, from) : readQuotedPair(text, from)
    if (value !== null) push({ class: 'secret', kind: 'assignment', start: value.start, end: value.end })
    from = text.indexOf(sign, value?.end ?? from + 1)
  }
}

interface Range {
  readonly start: number
  readonly end: number
}

const QUERY_VALUE_END = /[&\s;,"'<>)}\]]/g

function readQueryPair(text: string, sign: number): Range | null {
  const word = secretWord(text, sign)
  if (word === null) return null
  const start = sign + 1
  QUERY_VALUE_END.lastIndex = start
  const end = QUERY_VALUE_END.exec(text)?.index ?? text.length
  return isSecretValue(text.slice(start, end), word) ? { start, end } : null
}

/** `"password":"…"`, also with the quotes of JSON inside JSON (`\"`). */
function readQuotedPair(text: string, sign: number): Range | null {
  if (text[sign - 1] !== '"') return headerPair(text, sign)
  const escaped = text[sign - 2] === '\\'
  const word = secretWord(text, sign - (escaped ? 2 : 1))
  if (word === null) return null
  const open = /^\s?\\?"/.exec(text.slice(sign + 1, sign + 4))
  if (open === null) return null
  const start = sign + 1 + open[0].length
  let end = text.indexOf(escaped ? '\\"' : '"', start)
  while (!escaped && end > 0 && text[end - 1] === '\\') end = text.indexOf('"', end + 1)
  const until = end < 0 ? text.length : end
  return isSecretValue(text.slice(start, until), word) ? { start, end: until } : null
}

const HEADERS = /(?:^|[^\w-]|\\[bfnrtv]|%[\da-f]{2})(?:authorization|proxy-authorization|x-api-key|x-auth-token|cookie|set-cookie)$/i

/** `Cookie: a=b; c=d`: the rest of the line. */
function headerPair(text: string, sign: number): Range | null {
  // The headers end in these: most colons are looked at no further.
  if (!/[nyeNYE]/.test(text[sign - 1] ?? '')) return null
  if (!HEADERS.test(text.slice(Math.max(0, sign - 24), sign))) return null
  const start = sign + (text[sign + 1] === ' ' ? 2 : 1)
  // Looked for first, and not far: a line of such names without a value would be read once for each of them.
  const value = text.slice(start, start + 512).split('\n', 1)[0] ?? ''
  if (!/[=\d]/.test(value) || PLACEHOLDER.test(value)) return null
  const line = text.indexOf('\n', start)
  return { start, end: line < 0 ? text.length : line }
}

/** The last word of the key that ends at `end`, when it says that a secret follows. */
function secretWord(text: string, end: number): string | null {
  let start = end
  // Longer keys than any that was written by hand are left out, which also bounds the work for each sign.
  while (start > 0 && end - start < 64 && isTokenCode(text.charCodeAt(start - 1))) start--
  // The letter of `\n` is none of the key's.
  if (start < end && text[start - 1] === '\\') start++
  const words = splitName(text.slice(start, end))
  const last = words.at(-1)
  if (last === undefined) return null
  const before = words.at(-2)
  if (before !== undefined && SECRET_PAIRS.has(`${before} ${last}`)) return last
  if (!SECRET_WORDS.has(last)) return null
  return last === 'token' && before !== undefined && HARMLESS_TOKENS.has(before) ? null : last
}

function isSecretValue(value: string, word: string): boolean {
  return value.length >= (SHORT_WORDS.has(word) ? 8 : 3) && !PLACEHOLDER.test(value)
}
