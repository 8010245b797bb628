import type { TextMatch } from '../text.js'
import { endsEscape, forEachMatch, isAlphanumeric, isDigit } from './characters.js'
import { cardIssuers, ibanLengths } from './number-forms.js'

type Push = (match: TextMatch) => void

const RUN = /\d{13,}/g
const GROUP = /(?:(?<!\d)|(?<=%\d\d))\d{4}(?=[ -]\d)/g
/** The groups that are printed on cards, all with one separator. */
const GROUPS = [/\d{4}([ -])\d{4}\1\d{4}\1\d{4}\1\d{1,3}(?!\d)/y, /\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?!\d)/y, /\d{4}([ -])\d{6}\1\d{4,5}(?!\d)/y]

/**
 * Card numbers by issuer prefix, length and Luhn's check together: Luhn alone passes one in ten of all long numbers. Parts
 * of longer words (hex ids, UUIDs, trace ids) and decimal fractions are none.
 */
export function findCardNumbers(text: string, push: Push): void {
  const accept = (start: number, digits: string): boolean => {
    const end = start + digits.length
    if (isInsideWord(text, start, end) || !isCardNumber(digits)) return false
    push({ class: 'card', kind: 'card-number', start, end })
    return true
  }
  forEachMatch(RUN, text, ({ index, 0: digits }) => {
    // The digits of `%20` run into those of the number.
    const taken = text[index - 1] === '%' ? 2 : text[index - 2] === '%' ? 1 : 0
    return accept(index, digits) || (taken > 0 && accept(index + taken, digits.slice(taken)))
  })
  // Numbers in groups may stand behind other groups of digits, so that every group is tried as the first.
  forEachMatch(GROUP, text, ({ index }) =>
    GROUPS.some((pattern) => {
      pattern.lastIndex = index
      const found = pattern.exec(text)?.[0]
      return found !== undefined && accept(index, found)
    }),
  )
}

/** Digits, also in groups, that are a card's number by issuer, length and check digit. */
export function isCardNumber(text: string): boolean {
  const digits = text.replace(/[ -]/g, '')
  return cardIssuers.some(({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits)) && passesLuhn(digits)
}

/** ISO/IEC 7812-1, annex B. */
function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = digits.length - 1, double = false; index >= 0; index--, double = !double) {
    const digit = digits.charCodeAt(index) - 48
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0 && /[1-9]/.test(digits)
}

const SSN = /\d{3}-\d{2}-\d{4}/g

/** US social security numbers, in the ranges that are given out (20 CFR 422.103; SSA, "Social Security Number Randomization"). */
export function findSocialSecurityNumbers(text: string, push: Push): void {
  forEachMatch(SSN, text, ({ index, 0: found }) => {
    const end = index + found.length
    if (/^(?:000|666|9)|-00-|0000$/.test(found) || isInsideWord(text, index, end)) return
    push({ class: 'government', kind: 'ssn', start: index, end })
  })
}

const IBAN = /[A-Z]{2}\d{2}(?=[ ]?[A-Z0-9]{4})/g

/** International bank account numbers (ISO 13616): the country's length and the check modulo 97. */
export function findIbans(text: string, push: Push): void {
  forEachMatch(IBAN, text, ({ index, 0: head }) => {
    const length = ibanLengths[head.slice(0, 2)]
    if (length === undefined || (isAlphanumeric(text.charCodeAt(index - 1)) && !endsEscape(text, index))) return
    const end = endOfIban(text, index, length)
    if (end === null) return
    if (remainder97(text.slice(index, end).replaceAll(' ', '')) === 1) push({ class: 'card', kind: 'iban', start: index, end })
  })
}

function endOfIban(text: string, from: number, length: number): number | null {
  let at = from
  for (let taken = 0; taken < length; taken++) {
    if (taken > 0 && taken % 4 === 0 && text[at] === ' ') at++
    const code = text.charCodeAt(at)
    if (!isDigit(code) && !(code >= 65 && code <= 90)) return null
    at++
  }
  return isAlphanumeric(text.charCodeAt(at)) ? null : at
}

function remainder97(iban: string): number {
  let rest = 0
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(char, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}

/** Beside a letter, digit or underscore, or joined to one by `-` or `.`: part of an id, a UUID, a fraction, a date. */
function isInsideWord(text: string, start: number, end: number): boolean {
  return (isJoined(text, start - 1, start - 2) && !endsEscape(text, start)) || isJoined(text, end, end + 1)
}

function isJoined(text: string, beside: number, beyond: number): boolean {
  const code = text.charCodeAt(beside)
  if (isAlphanumeric(code) || code === 95) return true
  return (code === 45 || code === 46) && isAlphanumeric(text.charCodeAt(beyond))
}
