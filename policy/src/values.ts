import type { CallValue, ConcatValue, PropertyValue, ReferenceValue, ParameterValue, TemplateValue, Value } from './facts.js'

/**
 * What both code extractors do with values once the syntax is read: they must not drift, so they share it. Pure functions
 * on plain data.
 */

/** The text of a value that is known in full, else null. References are followed. */
export function literalText(value: Value): string | null {
  if (value.kind === 'literal') return String(value.value)
  return value.kind === 'reference' && value.resolved !== undefined ? literalText(value.resolved) : null
}

/** A template or concatenation whose parts are all known is a literal. */
export function foldText(value: ConcatValue | TemplateValue): Value {
  const texts = value.parts.map((part) => literalText(part))
  if (texts.some((text) => text === null)) return value
  const { origin, text } = value
  const whole =
    value.kind === 'concat' ? texts.join('') : value.quasis.map((quasi, index) => quasi + (texts[index] ?? '')).join('')
  return { kind: 'literal', origin, text, value: whole }
}

/** A `+`: a sum where both sides are numbers, else text. */
export function addValues(left: Value, right: Value, base: Pick<Value, 'origin' | 'text' | 'type'>): Value {
  const parts = [left, right].flatMap((part) => (part.kind === 'concat' ? part.parts : [part]))
  const isSum = parts.every(
    (part) =>
      (part.kind === 'literal' && typeof part.value === 'number') ||
      (part.kind === 'unknown' && part.yields === 'number') ||
      part.type?.kind === 'number',
  )
  return isSum ? { ...base, kind: 'unknown', yields: 'number' } : foldText({ ...base, kind: 'concat', parts })
}

/** A call that only puts a text together: `'order.'.concat(id)` and `['order', id].join('.')` are what `+` makes as well. */
export function foldCall(call: CallValue): Value {
  const { origin, receiver, text } = call
  const name = call.callee.at(-1)
  if (receiver === undefined) return call
  if (name === 'concat' && isText(receiver)) {
    const parts = [receiver, ...call.arguments].flatMap((part) => (part.kind === 'concat' ? part.parts : [part]))
    return foldText({ kind: 'concat', origin, text, parts })
  }
  const list = resolveValue(receiver)
  if (name !== 'join' || list.kind !== 'array' || list.open || list.elements.length === 0) return call
  const [given] = call.arguments
  const separator = given === undefined ? ',' : literalText(given)
  if (separator === null) return call
  const between: Value = { kind: 'literal', origin, text: JSON.stringify(separator), value: separator }
  const parts = list.elements.flatMap((element, index) => (index === 0 || separator === '' ? [element] : [between, element]))
  return foldText({ kind: 'concat', origin, text, parts })
}

/** Does the body of a loop do something with some of the members only? By its text, which both extractors have. */
export function isPicking(body: string): boolean {
  return /\bif\s*\(|\b(?:continue|return|switch)\b|&&|(?<!\?)\?(?![.?])/.test(body)
}

function isText(value: Value): boolean {
  const known = resolveValue(value)
  return known.kind === 'template' || known.kind === 'concat' || (known.kind === 'literal' && typeof known.value === 'string')
}

/** What a value is made of, aliases followed to the end. */
export function resolveValue(value: Value): Value {
  return value.kind === 'reference' && value.resolved !== undefined ? resolveValue(value.resolved) : value
}

/** A field of an object that is written out, else null. */
export function getField(value: Value, name: string): Value | null {
  const object = resolveValue(value)
  if (object.kind !== 'object') return null
  return object.properties.findLast(({ key }) => key.kind === 'literal' && key.value === name)?.value ?? null
}

/** The field of a value that a path leads to: itself for an empty path, a reference where it is not known, null where there is none. */
export function followPath(value: Value, path: readonly string[]): Value | null {
  const [first, ...rest] = path
  if (first === undefined) return value
  switch (value.kind) {
    case 'object': {
      const property = value.properties.findLast(({ key }) => literalText(key) === first)
      return property === undefined ? null : followPath(property.value, rest)
    }
    case 'array': {
      const element = value.open ? undefined : value.elements[Number(first)]
      return element === undefined ? null : followPath(element, rest)
    }
    case 'reference': {
      const followed = value.resolved === undefined ? null : followPath(value.resolved, path)
      return followed ?? extendPath(value, path)
    }
    case 'parameter':
      return extendPath(value, path)
    default: {
      const { origin, text } = value
      return { kind: 'reference', origin, text: [text, ...path].join('.'), path: ['[]', ...path], root: 'expression', base: value }
    }
  }
}

/** A field's type is not its owner's, and what its owner was initialised with is not the field. */
function extendPath(value: ParameterValue | ReferenceValue, names: readonly string[]): Value {
  const base = { origin: value.origin, text: [value.text, ...names].join('.') }
  return value.kind === 'reference' ? fieldOfReference(value, base, names) : fieldOfParameter(value, base, names)
}

/*
 * Fields are written key by key: a spread would ask for the owner's type, which the program's extractor has the compiler work out
 * only when somebody wants it.
 */

/** A value while it is put together. */
export type Writable<Kind extends Value> = { -readonly [Key in keyof Kind]: Kind[Key] }

function fieldOfReference(owner: ReferenceValue, base: Pick<Value, 'origin' | 'text' | 'type'>, names: readonly string[]): Writable<ReferenceValue> {
  const { imported, module, root } = owner
  const { origin, text, type } = base
  const field: Writable<ReferenceValue> = { origin, text, kind: 'reference', path: [...owner.path, ...names], root }
  if (type !== undefined) field.type = type
  if (module !== undefined) field.module = module
  if (imported !== undefined) field.imported = imported
  if (owner.base !== undefined) field.base = owner.base
  return field
}

function fieldOfParameter(owner: ParameterValue, base: Pick<Value, 'origin' | 'text' | 'type'>, names: readonly string[]): ParameterValue {
  const { callable, index, name } = owner
  return {
    ...base,
    kind: 'parameter',
    name,
    path: [...owner.path, ...names],
    index,
    owner: owner.owner,
    ...(owner.function === undefined ? {} : { function: owner.function }),
    ...(callable === undefined ? {} : { callable }),
  }
}

/** `object.name`, as the member expression that `base` describes. `name` is null for a computed member that is not static. */
export function memberOf(object: Value, name: string | null, base: Pick<Value, 'origin' | 'text' | 'type'>): Value {
  const segment = name ?? '[]'
  switch (object.kind) {
    case 'reference': {
      const resolved = name === null || object.resolved === undefined ? null : followPath(object.resolved, [name])
      const reference = fieldOfReference(object, base, [segment])
      if (resolved !== null) reference.resolved = resolved
      return reference
    }
    case 'parameter':
      return fieldOfParameter(object, base, [segment])
    default: {
      const followed = object.kind === 'object' && name !== null ? followPath(object, [name]) : null
      return followed ?? { ...base, kind: 'reference', path: ['[]', segment], root: 'expression', base: object }
    }
  }
}

/** What a spread brings. */
export interface Spread {
  readonly properties: readonly PropertyValue[]
  readonly rest: readonly Value[]
  readonly open: boolean
}

/** A spread taken apart: the properties of an object that is known, `cond && {…}` and `cond ? {…} : {…}` included. */
export function flattenSpread(value: Value): Spread {
  switch (value.kind) {
    case 'object':
      return { properties: value.properties, rest: value.spreads, open: value.open }
    case 'reference':
      if (value.resolved?.kind === 'object') return flattenSpread(value.resolved)
      break
    case 'union': {
      const members = value.of.filter((member) => !isEmptySpread(member)).map(flattenSpread)
      const objects = members.filter((member) => member.rest.length === 0 || member.properties.length > 0)
      // `condition && { … }`: the condition is no object, and spreads as nothing when it is falsy.
      const kept = objects.length > 0 && value.of.length === 2 && members.length > objects.length ? objects : members
      return {
        properties: kept.flatMap((member) => member.properties),
        rest: kept.flatMap((member) => member.rest),
        open: kept.some((member) => member.open),
      }
    }
    case 'literal':
    case 'unknown':
      if (isEmptySpread(value)) return { properties: [], rest: [], open: false }
      break
    default:
  }
  return { properties: [], rest: [value], open: true }
}

function isEmptySpread(value: Value): boolean {
  if (value.kind === 'literal') return typeof value.value !== 'string'
  if (value.kind === 'unknown') return value.yields !== undefined
  return value.kind === 'object' && value.properties.length === 0 && !value.open
}

/** What an operator yields, whatever its operands are. */
export function yieldOf(operator: string): 'boolean' | 'number' {
  return /^(?:[=!]=|[<>]|in$|instanceof$)/.test(operator) && !/^(?:<<|>>)/.test(operator) ? 'boolean' : 'number'
}

/** Every parameter's owner in a value, at any depth. */
export function collectOwners(value: Value, owners = new Set<number>()): Set<number> {
  if (value.kind === 'parameter') owners.add(value.owner)
  for (const child of childrenOf(value)) collectOwners(child, owners)
  return owners
}

function childrenOf(value: Value): readonly Value[] {
  switch (value.kind) {
    case 'template':
    case 'concat':
      return value.parts
    case 'union':
      return value.of
    case 'array':
      return value.elements
    case 'object':
      return [...value.properties.map((property) => property.value), ...value.spreads]
    case 'reference':
      return value.resolved === undefined ? [] : [value.resolved]
    case 'call':
      return value.receiver === undefined ? value.arguments : [value.receiver, ...value.arguments]
    default:
      return []
  }
}

/** The names that a value is read by: `order.customer.id`, that of a parameter first. Empty for what has none. */
export function pathOf(value: Value | undefined): readonly string[] {
  if (value?.kind === 'reference') return value.path
  return value?.kind === 'parameter' ? [value.name, ...value.path] : []
}
