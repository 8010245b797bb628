import * as ts from './ts.js'
import type { TypeFact } from '@spanguard/policy'

/** A type's text is for messages; a longer one helps nobody. In characters. */
const maxText = 80
/** Fields beyond this number are a library's object, not a record that somebody puts into a span. */
const maxFields = 60
/** How deep fields of fields are looked at. */
const maxDepth = 2

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
  if (type.isIntersection()) {
    const primitive = type.types.find(member => (member.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike)) !== 0)
    if (primitive) return { ...typeFactOf(primitive, checker, depth + 1), text, ...(isBrandedSensitive(type, checker) ? { sensitive: true } : {}) }
  }
  if (checker.isArrayType(type) || checker.isTupleType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference)
    return { kind: 'array', text, ...(element && depth < 2 ? { element: typeFactOf(element, checker, depth + 1) } : {}) }
  }
  if (type.getCallSignatures().length > 0) return { kind: 'function', text }
  if ((type.symbol as ts.Symbol | undefined)?.name === 'Promise') return { kind: 'promise', text }
  return { kind: 'object', text, ...fieldsOf(type, checker, depth), ...(isDeclaredSensitive(type.aliasSymbol ?? type.getSymbol()) ? { sensitive: true } : {}) }
}

/** The fields that can hold a text, and those of the objects in them one level down. */
function fieldsOf(type: ts.Type, checker: ts.TypeChecker, depth: number): Pick<TypeFact, 'fields' | 'sensitiveFields'> {
  const properties = checker.getPropertiesOfType(type)
  if (properties.length === 0 || properties.length > maxFields || depth > maxDepth) return {}
  const fields: string[] = []
  const sensitive: string[] = []
  const inner: string[] = []
  for (const property of properties) {
    const declared = checker.getNonNullableType(checker.getTypeOfSymbol(property))
    const { flags } = declared
    if ((flags & (ts.TypeFlags.BooleanLike | ts.TypeFlags.ESSymbolLike)) !== 0 || declared.getCallSignatures().length > 0 || isLiteralUnion(declared)) continue
    fields.push(property.name)
    if (isDeclaredSensitive(property) || isBrandedSensitive(declared, checker) || isDeclaredSensitive(declared.aliasSymbol)) sensitive.push(property.name)
    if (depth > 0 || !isRecord(declared)) continue
    const below = fieldsOf(declared, checker, depth + 1)
    inner.push(...(below.fields ?? []).map(name => `${property.name}.${name}`))
    sensitive.push(...(below.sensitiveFields ?? []).map(name => `${property.name}.${name}`))
  }
  return { fields: [...fields, ...inner].slice(0, maxFields), ...(sensitive.length > 0 ? { sensitiveFields: sensitive } : {}) }
}

function isLiteralUnion(type: ts.Type): boolean {
  return (type.isUnion() ? type.types : [type]).every(member => member.isStringLiteral() || member.isNumberLiteral() || (member.flags & ts.TypeFlags.BooleanLike) !== 0)
}

/** An object type that the program declares: no array, no class of the library. */
function isRecord(type: ts.Type): boolean {
  const declaration = type.getSymbol()?.declarations?.[0]
  return (type.flags & ts.TypeFlags.Object) !== 0 && declaration !== undefined && !declaration.getSourceFile().isDeclarationFile
}

/** `@sensitive` in the JSDoc of a field, a variable or a type. */
export function isDeclaredSensitive(symbol: ts.Symbol | undefined): boolean {
  return symbol?.declarations?.some(declaration => mentionsSensitive(declaration.getSourceFile()) && ts.getJSDocTags(declaration).some(tag => tag.tagName.text === 'sensitive')) === true
}

const mentions = new WeakMap<ts.SourceFile, boolean>()

/** Does a file declare anything sensitive? */
export function mentionsSensitive(file: ts.SourceFile): boolean {
  const known = mentions.get(file)
  if (known !== undefined) return known
  const found = file.text.includes('@sensitive')
  mentions.set(file, found)
  return found
}

/** `string & { readonly __brand: 'Sensitive' }`, `T & { readonly [sensitive]: true }`: the brand's key or its value says so. */
function isBrandedSensitive(type: ts.Type, checker: ts.TypeChecker): boolean {
  if (!type.isIntersection()) return false
  return type.types.some(member => (member.flags & ts.TypeFlags.Object) !== 0 && checker.getPropertiesOfType(member).some(property => {
    if (/sensitive/iu.test(property.name)) return true
    const brand = checker.getTypeOfSymbol(property)
    return brand.isStringLiteral() && /^sensitive/iu.test(brand.value)
  }))
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
