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

/** Every match of a pattern with the flag `g`. Cheaper than `matchAll`, which makes a copy of the pattern each time. */
export function forEachMatch(pattern: RegExp, text: string, visit: (match: RegExpExecArray) => void): void {
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) visit(match)
}
