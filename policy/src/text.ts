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
  if (text.length < 7) return []
  const traits = readTraits(text)
  const found: TextMatch[] = []
  const push = (match: TextMatch): void => {
    found.push(match)
  }
  if (traits.longestRun >= MIN_TOKEN) {
    findVendorTokens(text, push)
    if (traits.hasDot) findJwts(text, push)
  }
  if (traits.hasDash) findPems(text, push)
  if (traits.hasColon) findUserinfo(text, push)
  if (traits.hasAt) findEmails(text, push)
  if (traits.longestRun >= 3 && (traits.hasEquals || traits.hasColon)) findAssignments(text, push)
  if (traits.hasScheme) findAuthorization(text, push)
  if (traits.digits >= 12) findCardNumbers(text, push)
  if (traits.digits >= 9 && traits.hasDash) findSocialSecurityNumbers(text, push)
  if (traits.digits >= 8) findIbans(text, push)
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

/** The shortest vendor token has no shorter run of token characters than this (`xoxb-` and ten more). */
const MIN_TOKEN = 14

interface Traits {
  readonly digits: number
  readonly longestRun: number
  readonly hasAt: boolean
  readonly hasColon: boolean
  readonly hasDash: boolean
  readonly hasDot: boolean
  readonly hasEquals: boolean
  readonly hasScheme: boolean
}

/** One pass that tells which searches can find anything: most texts need none, and this runs for every exported value. */
function readTraits(text: string): Traits {
  let digits = 0
  let run = 0
  let longestRun = 0
  let seen = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (isTokenCode(code)) {
      run++
      if (isDigit(code)) digits++
      else if (code === 45) seen |= 4
      else if ((code | 32) === 98) seen |= 32
    } else {
      if (run > longestRun) longestRun = run
      run = 0
      if (code === 64 || code === 37) seen |= 1
      else if (code === 58) seen |= 2
      else if (code === 46) seen |= 8
      else if (code === 61) seen |= 16
    }
  }
  return {
    digits,
    longestRun: Math.max(run, longestRun),
    hasAt: (seen & 1) !== 0,
    hasColon: (seen & 2) !== 0,
    hasDash: (seen & 4) !== 0,
    hasDot: (seen & 8) !== 0,
    hasEquals: (seen & 16) !== 0,
    hasScheme: (seen & 32) !== 0,
  }
}
