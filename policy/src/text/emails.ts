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

function endOfDomain(text: string, from: number): number | null {
  let end = from
  while (end < text.length && isDomainCode(text.charCodeAt(end))) end++
  while (end > from && /[.-]/.test(text[end - 1] ?? '')) end--
  const domain = text.slice(from, end)
  const dot = domain.lastIndexOf('.')
  if (dot <= 0) return null
  const ending = domain.slice(dot + 1)
  if (!/^(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})$/.test(ending) || FILE_ENDINGS.has(ending.toLowerCase())) return null
  return end
}

/** `.` `+` `_` `-` `'` and anything that is not ASCII besides letters and digits; `%` is left to `%40`. */
function isLocalCode(code: number): boolean {
  return isAlphanumeric(code) || code > 127 || code === 46 || code === 43 || code === 95 || code === 45 || code === 39
}

function isDomainCode(code: number): boolean {
  return isAlphanumeric(code) || code > 127 || code === 46 || code === 45
}
