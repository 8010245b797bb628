/** ASCII letters and digits; false for `NaN`, which `charCodeAt` gives outside the text. */
export function isAlphanumeric(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** The alphabet of base64url (RFC 4648, section 5). */
export function isTokenCode(code: number): boolean {
  return isAlphanumeric(code) || code === 95 || code === 45
}

/**
 * Ends an escape before the offset, in JSON or in a URL (`\n`, `%20`)? Its last letter or digit is no part of the word that
 * begins there.
 */
export function endsEscape(text: string, at: number): boolean {
  if (text[at - 2] === '\\') return /[bfnrtv]/.test(text[at - 1] ?? '')
  return text[at - 3] === '%' && /^[\dA-Fa-f]{2}$/.test(text.slice(at - 2, at))
}

/** Every match of a pattern with the flag `g`. Cheaper than `matchAll`, which makes a copy of the pattern each time. */
export function forEachMatch(pattern: RegExp, text: string, visit: (match: RegExpExecArray) => void): void {
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) visit(match)
}
