import { ts } from 'ts-morph'
import type { TypeFact } from '@spanguard/policy'

/** A type's text is for messages; a longer one helps nobody. In characters. */
const maxText = 80
/** Fields beyond this number are a library's object, not a record that somebody puts into a span. */
const maxFields = 60

/** What a compiler's type says, as plain data. */
export function typeFactOf(type: ts.Type, checker: ts.TypeChecker, depth = 0): TypeFact {
  const { flags } = type
  const is = (flag: ts.TypeFlags): boolean => (flags & flag) !== 0
  const text = shortText(checker.typeToString(type))
  if (is(ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter)) return { kind: 'unknown', text }
  if (is(ts.TypeFlags.Boolean | ts.TypeFlags.BooleanLiteral)) return { kind: 'boolean', text }
  if (type.isStringLiteral() || type.isNumberLiteral()) return { kind: 'literals', text, literals: [type.value] }
  if (is(ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral | ts.TypeFlags.StringMapping)) return { kind: 'string', text }
  if (is(ts.TypeFlags.NumberLike)) return { kind: 'number', text }
  if (is(ts.TypeFlags.BigIntLike)) return { kind: 'bigint', text }
  if (is(ts.TypeFlags.ESSymbolLike)) return { kind: 'symbol', text }
  if (is(ts.TypeFlags.Null | ts.TypeFlags.Undefined | ts.TypeFlags.Void | ts.TypeFlags.Never)) return { kind: 'nullish', text }
  if (type.isUnion()) return unionFact(type, checker, text, depth)
  if (checker.isArrayType(type) || checker.isTupleType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference)
    return { kind: 'array', text, ...(element && depth < 2 ? { element: typeFactOf(element, checker, depth + 1) } : {}) }
  }
  if (type.getCallSignatures().length > 0) return { kind: 'function', text }
  if ((type.symbol as ts.Symbol | undefined)?.name === 'Promise') return { kind: 'promise', text }
  const properties = checker.getPropertiesOfType(type)
  return properties.length > 0 && properties.length <= maxFields
    ? { kind: 'object', text, fields: properties.map(property => property.name) }
    : { kind: 'object', text }
}

function unionFact(type: ts.UnionType, checker: ts.TypeChecker, text: string, depth: number): TypeFact {
  const members = type.types.filter(member => (member.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) === 0)
  if (members.length > 0 && members.every(member => member.isStringLiteral() || member.isNumberLiteral())) {
    return { kind: 'literals', text, literals: members.map(member => (member as ts.LiteralType).value as string | number) }
  }
  const facts = members.map(member => typeFactOf(member, checker, depth + 1))
  const [first] = facts
  if (first && facts.every(fact => fact.kind === first.kind && fact.kind !== 'object' && fact.kind !== 'array')) return { ...first, text }
  if (first && facts.length === 1) return { ...first, text }
  return depth > 2 ? { kind: 'union', text } : { kind: 'union', text, union: facts }
}

function shortText(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText - 1)}…` : text
}
