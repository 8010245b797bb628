import type { SensitiveClass } from './keys.js'
import { findAssignments } from './text/assignments.js'
import { isDigit, isTokenCode } from './text/characters.js'
import { findAuthorization, findJwts, findPems, findUserinfo, findVendorTokens } from './text/credentials.js'
import { findEmails } from './text/emails.js'
import { findCardNumbers, findIbans, findSocialSecurityNumbers } from './text/numbers.js'

export { isCardNumber } from './text/numbers.js'

export type TextKind =
  | 'assignment'
  | 'basic'
  | 'bearer'
  | 'card-number'
  | 'email'
  | 'iban'
  | 'jwt'
  | 'pem'
  | 'ssn'
  | 'url-userinfo'
  | 'vendor-token'

/** Something sensitive in a text; `start` and `end` are offsets in it, `end` exclusive. */
export interface TextMatch {
  readonly class: SensitiveClass
  readonly kind: TextKind
  readonly start: number
  readonly end: number
}

/** What stands for a masked value, in every part of a trace. */
export const REDACTED = '[REDACTED]'

/**
 * What is sensitive inside a text by its form, whatever it is called: credentials by their issuer's prefix, tokens, private
 * keys, `user:password` in URLs, `password=…`, e-mail addresses, account, card and social security numbers.
 *
 * @returns the matches in the order of the text, without overlaps; the work is linear in the text's length
 */
export function findSensitiveText(text: string): readonly TextMatch[] {
  if (text.length < 7) return NONE
  const searches = readTraits(text)
  if (searches === 0) return NONE
  const found: TextMatch[] = []
  const push = (match: TextMatch): void => {
    found.push(match)
  }
  if ((searches & Trait.token) !== 0) {
    findVendorTokens(text, push)
    findJwts(text, push)
  }
  if ((searches & Trait.dashes) !== 0) findPems(text, push)
  if ((searches & (Trait.at | Trait.percent)) !== 0) findEmails(text, push)
  if ((searches & Trait.at) !== 0 && (searches & Trait.colon) !== 0) findUserinfo(text, push)
  if ((searches & (Trait.equals | Trait.colon)) !== 0) findAssignments(text, push)
  if ((searches & Trait.scheme) !== 0) findAuthorization(text, push)
  if ((searches & Trait.card) !== 0) findCardNumbers(text, push)
  if ((searches & Trait.ssn) !== 0) findSocialSecurityNumbers(text, push)
  if ((searches & Trait.iban) !== 0) findIbans(text, push)
  return found.length < 2 ? found : withoutOverlaps(found)
}

/** The text with every match replaced by `[REDACTED]`. Masking twice changes nothing more. */
export function maskText(text: string): string {
  let masked = text
  // What stood beside a match can become visible as a match of its own when that one is gone; it happens once at most in
  // any text that was not made to provoke it, and the bound keeps the work linear for those that were.
  for (let round = 0; round < 4; round++) {
    const matches = findSensitiveText(masked)
    if (matches.length === 0) return masked
    masked = replace(masked, matches)
  }
  return masked
}

function replace(text: string, matches: readonly TextMatch[]): string {
  let result = ''
  let from = 0
  for (const { start, end } of matches) {
    result += text.slice(from, start) + REDACTED
    from = end
  }
  return result + text.slice(from)
}

/** Overlapping matches become one, of the class and kind of the one that begins first (the longer of two). */
function withoutOverlaps(found: TextMatch[]): readonly TextMatch[] {
  found.sort((one, other) => one.start - other.start || other.end - one.end)
  const kept: TextMatch[] = []
  for (const match of found) {
    const last = kept.at(-1)
    if (last === undefined || match.start >= last.end) kept.push(match)
    else if (match.end > last.end) kept[kept.length - 1] = { ...last, end: match.end }
  }
  return kept
}

const NONE: readonly TextMatch[] = []

/** The shortest vendor token has no shorter run of token characters than this (`xoxb-` and ten more). */
const MIN_TOKEN = 14

/** What a text has that a search needs, as bits. */
const Trait = { at: 1, card: 2, colon: 4, dashes: 8, equals: 16, iban: 32, percent: 64, scheme: 128, ssn: 256, token: 512 } as const

/** What a character is, as bits. */
const DIGIT = 1
const RUN = 2
/** In a run, and no hex digit or dash: ids in hex and UUIDs have none. */
const LETTER = 4
const UPPER = 8
const SPACE = 16
const B = 32

const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  if (isDigit(code)) return DIGIT | RUN
  if (!isTokenCode(code)) return code === 32 || code === 9 || code === 43 || code === 37 ? SPACE : 0
  const isHex = (code >= 97 && code <= 102) || code === 45
  return RUN | (isHex ? 0 : LETTER) | (code >= 65 && code <= 90 ? UPPER : 0) | ((code | 32) === 98 ? B : 0)
})
const SIGNS: Readonly<Record<number, number>> = { 37: Trait.percent, 58: Trait.colon, 61: Trait.equals, 64: Trait.at }

/**
 * One pass that tells which searches can find anything. Most texts need none, and this runs for every value that leaves a
 * service.
 */
function readTraits(text: string): number {
  let found = 0
  let seen = 0
  let run = 0
  let letters = 0
  let digits = 0
  let row = 0
  let group = 0
  let dashes = 0
  let uppers = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const kind = code < 128 ? (KINDS[code] ?? 0) : 0
    seen |= kind
    if ((kind & RUN) === 0) {
      run = 0
      letters = 0
      // A space stands between the groups of a card's number, which have four digits or more.
      if (code !== 32 || group < 4) row = 0
      group = 0
      dashes = 0
      if (kind === 0 || code === 37) found |= SIGNS[code] ?? 0
      continue
    }
    run++
    letters |= kind & LETTER
    if (run >= MIN_TOKEN && letters !== 0) found |= Trait.token
    if ((kind & DIGIT) !== 0) {
      digits++
      group++
      dashes = 0
      if (++row === 13) found |= Trait.card
    } else if (code === 45) {
      if (++dashes === 5) found |= Trait.dashes
      // With the two digits of `%20` before them.
      if ((group === 3 || group === 5) && text.charCodeAt(index + 3) === 45) found |= Trait.ssn
      if (group < 4) row = 0
      group = 0
    } else {
      row = 0
      group = 0
      dashes = 0
      if ((kind & UPPER) !== 0) uppers++
    }
  }
  if (uppers >= 2 && digits >= 8) found |= Trait.iban
  if ((seen & B) !== 0 && (seen & SPACE) !== 0) found |= Trait.scheme
  return found
}
