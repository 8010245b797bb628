import type { TextMatch } from '../text.js'
import { forEachMatch, isAlphanumeric } from './characters.js'

/** `logo@2x.png` is a file. */
const FILE_ENDINGS: ReadonlySet<string> = new Set([
  'avif', 'css', 'gif', 'html', 'ico', 'jpeg', 'jpg', 'js', 'json', 'jsx', 'mjs', 'mp4', 'pdf', 'png', 'scss', 'svg', 'ts', 'tsx', 'webp', 'woff',
])

const SIGN = /@|%40/g

/**
 * E-mail addresses as people have them (RFC 5322's dot-atom), also with `%40` for the sign. No character is looked at from
 * two signs on the same side, so the search is linear.
 */
export function findEmails(text: string, push: (match: TextMatch) => void): void {
  forEachMatch(SIGN, text, ({ index, 0: sign }) => {
    let start = index
    while (start > 0 && isLocalCode(text.charCodeAt(start - 1))) start--
    while (start < index && text[start] === '.') start++
    const end = endOfDomain(text, index + sign.length)
    // `git@github.com:owner/name` names a service's account.
    if (start === index || end === null || text.slice(start, index) === 'git') return
    push({ class: 'personal', kind: 'email', start, end })
  })
}

/**
 * A character that is not ASCII may be a letter of the domain, or a sign behind it (`…`, `”`, `，`, an emoji): where the whole
 * has no valid ending, the domain is cut before the last such character that leaves one.
 */
function endOfDomain(text: string, from: number): number | null {
  let until = from
  while (until < text.length && isDomainCode(text.charCodeAt(until))) until++
  while (until > from) {
    let end = until
    while (end > from && isDotOrDash(text.charCodeAt(end - 1))) end--
    // Up to the last character that is not ASCII and no further, so that none is looked at twice.
    let start = end
    while (start > from && isNameCode(text.charCodeAt(start - 1))) start--
    if (start > from + 1 && text[start - 1] === '.' && isEnding(text.slice(start, end))) return end
    while (start > from && text.charCodeAt(start - 1) <= 127) start--
    until = start - 1
  }
  return null
}

function isEnding(ending: string): boolean {
  return /^(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})$/.test(ending) && !FILE_ENDINGS.has(ending.toLowerCase())
}

function isNameCode(code: number): boolean {
  return isAlphanumeric(code) || code === 45
}

function isDotOrDash(code: number): boolean {
  return code === 46 || code === 45
}

/** `.` `+` `_` `-` `'` and anything that is not ASCII besides letters and digits; `%` is left to `%40`. */
function isLocalCode(code: number): boolean {
  return isAlphanumeric(code) || code > 127 || code === 46 || code === 43 || code === 95 || code === 45 || code === 39
}

function isDomainCode(code: number): boolean {
  return isAlphanumeric(code) || code > 127 || code === 46 || code === 45
}
