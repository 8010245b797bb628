import type { CallValue, TypeFact, UnionValue, Value } from '../facts.js'
import type { SensitiveClass } from '../keys.js'
import { splitName } from '../names.js'
import { booleanCalls, maskingWords, numberCalls } from '../words/carriers.js'

/** As many characters of a secret as are shown on receipts and in logs. */
const SHOWN = 8

/** Did a value pass through hashing, masking, `redacted()`, or is it but a short end of the whole? */
export function isMasked(value: Value): boolean {
  switch (value.kind) {
    case 'reference':
      if (value.resolved !== undefined) return isMasked(value.resolved)
      return value.base !== undefined && isMasked(value.base)
    case 'call':
      return isMaskingCall(value) || (value.receiver !== undefined && isMasked(value.receiver))
    case 'template':
    case 'concat': {
      // `${token.slice(0, 4)}…`
      const varying = value.parts.filter((part) => part.kind !== 'literal')
      return varying.length > 0 && varying.every(isMasked)
    }
    default:
      return false
  }
}

function isMaskingCall(call: CallValue): boolean {
  const name = call.callee.at(-1) ?? ''
  if (splitName(name).some((word) => maskingWords.has(word))) return true
  if (name === 'charAt' || name === 'at') return true
  // The domain of an address.
  if (name === 'split') return call.arguments[0]?.kind === 'literal' && call.arguments[0].value === '@'
  return (name === 'slice' || name === 'substring' || name === 'substr') && isShortEnd(name, call.arguments)
}

/** `slice(-4)`, `slice(0, 6)`: a few characters. `slice(7)` takes "Bearer " away and leaves the token. */
function isShortEnd(name: string, [from, to]: readonly Value[]): boolean {
  if (from?.kind !== 'literal' || typeof from.value !== 'number') return false
  if (to === undefined) return from.value < 0 && from.value >= -SHOWN
  if (to.kind !== 'literal' || typeof to.value !== 'number') return false
  const length = name === 'substr' ? to.value : to.value - from.value
  return length >= 0 && length <= SHOWN
}

/**
 * Can a value hold something of a class at all, by its type and by what makes it? Numbers hold a card's or an official's
 * number and no credential; booleans, literal unions and comparisons hold nothing.
 */
export function canHold(value: Value, sensitiveClass: SensitiveClass): boolean {
  if (value.type !== undefined && !typeCanHold(value.type, sensitiveClass)) return false
  const numeric = holdsNumbers(sensitiveClass)
  switch (value.kind) {
    case 'literal':
      return typeof value.value === 'number' && numeric
    case 'unknown':
      return value.yields === undefined || value.yields === 'string' || (value.yields === 'number' && numeric && value.type !== undefined)
    case 'union':
      return membersOf(value).some((member) => canHold(member, sensitiveClass))
    case 'reference':
      return value.path.at(-1) !== 'length' && (value.resolved === undefined || canHold(value.resolved, sensitiveClass))
    case 'parameter':
      return value.path.at(-1) !== 'length'
    case 'call':
      return !isMasked(value) && callCanHold(value, numeric)
    default:
      return !isMasked(value)
  }
}

function callCanHold(call: CallValue, numeric: boolean): boolean {
  const name = call.callee.at(-1) ?? ''
  if (booleanCalls.has(name) || /^(?:is|has|should|can)(?=[A-Z]|$)/.test(name)) return false
  return !numberCalls.has(name) || numeric
}

function holdsNumbers(sensitiveClass: SensitiveClass): boolean {
  return sensitiveClass === 'card' || sensitiveClass === 'government' || sensitiveClass === 'health'
}

function typeCanHold(type: TypeFact, sensitiveClass: SensitiveClass): boolean {
  switch (type.kind) {
    case 'boolean':
    case 'function':
    case 'literals':
    case 'nullish':
    case 'symbol':
      return false
    case 'number':
    case 'bigint':
      return holdsNumbers(sensitiveClass)
    case 'union':
      return type.union?.some((member) => typeCanHold(member, sensitiveClass)) ?? true
    case 'array':
      return type.element === undefined || typeCanHold(type.element, sensitiveClass)
    default:
      return true
  }
}

/** What a union can be where it is written: the left side of `a && b` only ever comes out when it is empty. */
export function membersOf(union: UnionValue): readonly Value[] {
  const [left, ...others] = union.of
  if (left === undefined || others.length !== 1 || !union.text.startsWith(left.text)) return union.of
  // `a && a !== b ? a : c` begins so, too, and is no such thing.
  const rest = /^[\s)]*&&[\s(]*/.exec(union.text.slice(left.text.length))
  if (rest === null) return union.of
  const right = union.text.slice(left.text.length + rest[0].length)
  const [other = left] = others
  // Long texts are cut.
  return right.startsWith(other.text) || other.text.startsWith(right) ? others : union.of
}
