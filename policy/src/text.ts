import type { SensitiveClass } from './keys.js'
import { tokenPrefixes } from './words/tokens.js'

export type TextKind =
  | 'bearer'
  | 'card-number'
  | 'email'
  | 'iban'
  | 'jwt'
  | 'pem'
  | 'ssn'
  | 'url-userinfo'
  | 'vendor-token'

/** Something sensitive inside a text; `end` is exclusive. */
export interface TextMatch {
  readonly class: SensitiveClass
  readonly kind: TextKind
  readonly start: number
  readonly end: number
}

/** What stands for a masked value, in every part of a trace. */
export const REDACTED = '[REDACTED]'

interface Detector {
  readonly class: SensitiveClass
  readonly kind: TextKind
  /** A text without any of these cannot match: the cheap look before the dear one. */
  readonly hint: RegExp
  /** Every quantifier is bounded or runs over a class that what follows it does not share, so that matching is linear. */
  readonly pattern: RegExp
  readonly accepts?: (match: string) => boolean
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Sorted by how much of the text a match takes, so that a token inside a PEM block is not cut out of it. */
const detectors: readonly Detector[] = [
  {
    class: 'secret',
    kind: 'pem',
    hint: /-----BEGIN /,
    pattern: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[A-Za-z\d+/=\s\\]{0,20000}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g,
  },
  {
    class: 'secret',
    kind: 'url-userinfo',
    hint: /:\/\/[^\s/]*@/,
    pattern: /(?<=:\/\/)[^\s/?#@[\]]{1,256}@/g,
  },
  {
    class: 'secret',
    kind: 'bearer',
    hint: /bearer|basic/i,
    pattern: /\b(?:bearer|basic)\s{1,4}(?=[\w.~+/=-]{0,63}[\d.~+/=_-])[\w.~+/=-]{8,4096}/gi,
  },
  {
    class: 'secret',
    kind: 'jwt',
    hint: /eyJ/,
    pattern: /\beyJ[\w-]{8,4096}\.[\w-]{4,8192}(?:\.[\w-]{0,4096})?/g,
  },
  {
    class: 'secret',
    kind: 'vendor-token',
    hint: new RegExp(tokenPrefixes.map(({ prefix }) => escapePattern(prefix)).join('|')),
    pattern: new RegExp(
      `(?<![\\w-])(?:${tokenPrefixes.map(({ prefix, least }) => `${escapePattern(prefix)}[\\w./+=-]{${least},512}`).join('|')})`,
      'g',
    ),
  },
  {
    class: 'personal',
    kind: 'email',
    hint: /@/,
    pattern: /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.){1,8}[a-z]{2,24}(?![\w-])/gi,
  },
  {
    class: 'card',
    kind: 'iban',
    hint: /[A-Z]{2}\d{2}/,
    pattern: /(?<![A-Za-z\d])[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?(?![A-Za-z\d])/g,
    accepts: isIban,
  },
  {
    class: 'government',
    kind: 'ssn',
    hint: /\d{3}-\d{2}-\d{4}/,
    pattern: /(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g,
  },
  {
    class: 'card',
    kind: 'card-number',
    hint: /\d{4}/,
    pattern: /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])/g,
    accepts: isCardNumber,
  },
]

/**
 * What is sensitive inside a text, in order and without overlap: tokens by their vendor's prefix, JWTs, PEM keys, the
 * user information of URLs, bearer tokens, e-mail addresses, IBANs, US social security numbers and card numbers.
 */
export function findSensitiveText(text: string): readonly TextMatch[] {
  const found: TextMatch[] = []
  for (const { class: sensitiveClass, kind, hint, pattern, accepts } of detectors) {
    if (!hint.test(text)) continue
    pattern.lastIndex = 0
    for (const match of text.matchAll(pattern)) {
      if (accepts !== undefined && !accepts(match[0])) continue
      const start = match.index
      const end = start + match[0].length
      if (found.some((other) => start < other.end && other.start < end)) continue
      found.push({ class: sensitiveClass, kind, start, end })
    }
  }
  return found.sort((one, other) => one.start - other.start)
}

/** The text with everything sensitive in it replaced by `[REDACTED]`; masking twice changes nothing more. */
export function maskText(text: string): string {
  const found = findSensitiveText(text)
  if (found.length === 0) return text
  let masked = ''
  let from = 0
  for (const { kind, start, end } of found) {
    masked += text.slice(from, start) + REDACTED + (kind === 'url-userinfo' ? '@' : '')
    from = end
  }
  return masked + text.slice(from)
}

/**
 * Issuer prefix, length and Luhn together: Luhn alone passes a tenth of all random numbers and of epoch milliseconds.
 * Source: ISO/IEC 7812-1 and the issuers' published ranges.
 */
export function isCardNumber(text: string): boolean {
  const digits = text.replace(/[ -]/g, '')
  return hasIssuer(digits) && passesLuhn(digits)
}

function hasIssuer(digits: string): boolean {
  switch (digits.length) {
    case 13:
    case 19:
      return digits.startsWith('4')
    case 14:
      return /^3(?:0[0-5]|[689])/.test(digits)
    case 15:
      return /^3[47]/.test(digits)
    case 16:
      return /^(?:4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|6(?:011|5|4[4-9])|35(?:2[89]|[3-8]))/.test(digits)
    default:
      return false
  }
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48
    const doubled = index % 2 === 0 ? digit : digit * 2
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** The checksum of ISO 13616: the number with its head moved to the end is 1 modulo 97. */
function isIban(text: string): boolean {
  const compact = text.replace(/ /g, '')
  if (compact.length < 15 || compact.length > 34) return false
  let remainder = 0
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder === 1
}
