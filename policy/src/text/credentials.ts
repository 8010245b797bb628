import type { TextMatch } from '../text.js'
import { endsEscape, forEachMatch, isAlphanumeric, isTokenCode } from './characters.js'
import { vendorTokens } from './vendor-tokens.js'

type Push = (match: TextMatch) => void

interface Form {
  readonly prefix: string
  readonly body: RegExp
}

/**
 * By the code of the prefix's first character. A body that does not match has been looked at for no more than its shortest
 * length, which makes the whole search linear.
 */
const FORMS: readonly (readonly Form[] | null)[] = groupForms()

function groupForms(): readonly (readonly Form[] | null)[] {
  const byFirst: (Form[] | null)[] = Array.from({ length: 128 }, () => null)
  for (const { prefixes, body } of vendorTokens) {
    const expression = new RegExp(/\{\d+,\}$/.test(body) ? body : `${body}(?![A-Za-z0-9])`, 'y')
    for (const prefix of prefixes) (byFirst[prefix.charCodeAt(0)] ??= []).push({ prefix, body: expression })
  }
  return byFirst
}

/** Credentials by their issuer's prefix. */
export function findVendorTokens(text: string, push: Push): void {
  let before = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const forms = code < 128 ? FORMS[code] : null
    const isInside = isAlphanumeric(before)
    before = code
    if (forms === null || forms === undefined || (isInside && !endsEscape(text, index))) continue
    const end = endOfToken(text, index, forms)
    if (end === null) continue
    push({ class: 'secret', kind: 'vendor-token', start: index, end })
    index = end - 1
    before = text.charCodeAt(index)
  }
}

function endOfToken(text: string, start: number, forms: readonly Form[]): number | null {
  for (const { prefix, body } of forms) {
    if (!text.startsWith(prefix, start)) continue
    body.lastIndex = start + prefix.length
    // What goes on beyond a form with an upper length belongs to the same word.
    if (body.test(text)) return endOfRun(text, body.lastIndex)
  }
  return null
}

/** JSON web tokens (RFC 7519) and web encryption: base64url parts, of which the first begins a JSON object. */
export function findJwts(text: string, push: Push): void {
  let from = text.indexOf('eyJ')
  while (from >= 0) {
    const headerEnd = endOfRun(text, from)
    const isInside = isAlphanumeric(text.charCodeAt(from - 1)) && !endsEscape(text, from)
    if (!isInside && headerEnd - from >= 10 && text[headerEnd] === '.') {
      const payloadEnd = endOfRun(text, headerEnd + 1)
      if (payloadEnd - headerEnd > 8) {
        const end = endOfParts(text, payloadEnd)
        push({ class: 'secret', kind: 'jwt', start: from, end })
        from = text.indexOf('eyJ', end)
        continue
      }
    }
    from = text.indexOf('eyJ', isInside ? from + 3 : headerEnd)
  }
}

/** The signature of a signed token, and the three further parts of an encrypted one. */
function endOfParts(text: string, from: number): number {
  let end = from
  for (let part = 0; part < 3 && text[end] === '.'; part++) {
    const next = endOfRun(text, end + 1)
    if (next === end + 1) break
    end = next
  }
  return end
}

/** Private keys in PEM (RFC 7468). Certificates and public keys are public. */
export function findPems(text: string, push: Push): void {
  let from = text.indexOf('-----BEGIN ')
  while (from >= 0) {
    const label = /^[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/.exec(text.slice(from + 11, from + 80))
    if (label === null) {
      from = text.indexOf('-----BEGIN ', from + 11)
      continue
    }
    const close = text.indexOf('-----END ', from)
    const dashes = close < 0 ? -1 : text.indexOf('-----', close + 9)
    // A key that was cut off is a key still.
    const end = dashes < 0 ? text.length : dashes + 5
    push({ class: 'secret', kind: 'pem', start: from, end })
    from = text.indexOf('-----BEGIN ', end)
  }
}

const AUTHORITY_END = /[/?#\s"'<>\\]/g

/** `user:password` of a URL (RFC 3986, section 3.2.1), or a token in the user's place. */
export function findUserinfo(text: string, push: Push): void {
  let from = text.indexOf('://')
  while (from >= 0) {
    const start = from + 3
    AUTHORITY_END.lastIndex = start
    const end = AUTHORITY_END.exec(text)?.index ?? text.length
    const authority = text.slice(start, end)
    const at = authority.lastIndexOf('@')
    if (at > 0) {
      const userinfo = authority.slice(0, at)
      const hasPassword = /^[^:]*:(?!\[REDACTED\]$|\*+$|x+$).+$/i.test(userinfo)
      if (hasPassword || (userinfo.length >= 16 && userinfo !== '[REDACTED]')) {
        push({ class: 'secret', kind: 'url-userinfo', start, end: start + at })
      }
    }
    from = text.indexOf('://', start)
  }
}

const SCHEME = /(?:(?<![A-Za-z0-9])|(?<=\\[bfnrtv]|%[\dA-Fa-f]{2}))(bearer|basic)(\s|%20|\+){1,4}([\w.~+/-]{8,}={0,2})/gi

/** Credentials of an HTTP Authorization header (RFC 6750, RFC 7617). */
export function findAuthorization(text: string, push: Push): void {
  forEachMatch(SCHEME, text, ({ index, 0: whole, 1: scheme = '', 3: token = '' }) => {
    const basic = scheme.toLowerCase() === 'basic'
    if (basic ? !isBasicCredential(token) : !isBearerToken(token)) return
    push({ class: 'secret', kind: basic ? 'basic' : 'bearer', start: index, end: index + whole.length })
  })
}

/** Prose says "bearer authentication" too: a token has digits, or is longer than any word. */
function isBearerToken(token: string): boolean {
  return token.length >= 32 || /\d/.test(token)
}

function isBasicCredential(token: string): boolean {
  try {
    return atob(token).includes(':')
  } catch {
    return false
  }
}

function endOfRun(text: string, from: number): number {
  let end = from
  while (end < text.length && isTokenCode(text.charCodeAt(end))) end++
  return end
}
