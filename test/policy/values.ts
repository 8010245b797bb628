import type {
  ArrayValue,
  AttributeBag,
  AttributeWrite,
  CallValue,
  ConcatValue,
  LiteralValue,
  ObjectValue,
  Origin,
  ParameterValue,
  ReferenceValue,
  Sink,
  SpanKind,
  SpanRename,
  SpanStart,
  TemplateValue,
  TypeFact,
  UnionValue,
  UnknownValue,
  Value,
} from '@spanguard/policy'

/** Facts as extractors make them, written short. Every value stands at a place of its own, so that findings can be told apart. */
let place = 0

function origin(): Origin {
  place += 1000
  return { start: place, end: place + 10, from: { line: place, column: 0 }, to: { line: place, column: 10 } }
}

export function literal(value: LiteralValue['value']): LiteralValue {
  return { kind: 'literal', value, text: typeof value === 'string' ? `'${value}'` : String(value), origin: origin() }
}

/** `request.creditCard.number`; begins with `this` or a name, which is local unless a root is given. */
export function reference(path: string, more: Partial<ReferenceValue> = {}): ReferenceValue {
  const root = path.startsWith('this.') ? 'this' : 'local'
  return { kind: 'reference', path: path.split('.'), root, text: path, origin: origin(), ...more }
}

/** What `import { NAME } from 'module'` gives. */
export function imported(name: string, module: string, path: string = name): ReferenceValue {
  return reference(path, { root: 'import', module, imported: name })
}

export function parameter(path: string, more: Partial<ParameterValue> = {}): ParameterValue {
  const [name = '', ...rest] = path.split('.')
  return { kind: 'parameter', name, path: rest, index: 0, owner: 0, text: path, origin: origin(), ...more }
}

export function call(callee: string, given: readonly Value[] = [], more: Partial<CallValue> = {}): CallValue {
  const path = callee.split('.')
  const receiver = path.length > 1 ? { receiver: reference(path.slice(0, -1).join('.'), path[0] === 'JSON' ? { root: 'global' } : {}) } : {}
  return {
    kind: 'call',
    callee: path,
    arguments: given,
    text: `${callee}(${given.map(({ text }) => text).join(', ')})`,
    origin: origin(),
    ...receiver,
    ...more,
  }
}

/** A method on what another expression gives: `hash.update(x).digest('hex')`. */
export function method(receiver: Value, name: string, given: readonly Value[] = []): CallValue {
  const text = `${receiver.text}.${name}(${given.map((each) => each.text).join(', ')})`
  return { kind: 'call', callee: [name], receiver, arguments: given, text, origin: origin() }
}

/** `` template('order ', id, '!') `` is `` `order ${id}!` ``. */
export function template(...pieces: readonly (string | Value)[]): TemplateValue {
  const quasis: string[] = ['']
  const parts: Value[] = []
  for (const piece of pieces) {
    if (typeof piece === 'string') quasis.push((quasis.pop() ?? '') + piece)
    else {
      parts.push(piece)
      quasis.push('')
    }
  }
  const text = quasis.map((quasi, index) => quasi + (index < parts.length ? `\${${parts[index]?.text ?? ''}}` : '')).join('')
  return { kind: 'template', quasis, parts, text: `\`${text}\``, origin: origin() }
}

export function concat(...parts: readonly Value[]): ConcatValue {
  return { kind: 'concat', parts, text: parts.map(({ text }) => text).join(' + '), origin: origin() }
}

export function union(of: readonly Value[], operator = '??'): UnionValue {
  return { kind: 'union', of, text: of.map(({ text }) => text).join(` ${operator} `), origin: origin() }
}

export function array(elements: readonly Value[], open = false): ArrayValue {
  return { kind: 'array', open, elements, text: '[…]', origin: origin() }
}

export function object(properties: Readonly<Record<string, Value>>, open = false): ObjectValue {
  return {
    kind: 'object',
    open,
    properties: Object.entries(properties).map(([key, value]) => ({ key: literal(key), value, origin: origin() })),
    spreads: [],
    text: '{ … }',
    origin: origin(),
  }
}

export function unknown(yields?: UnknownValue['yields'], text = '…'): UnknownValue {
  return { kind: 'unknown', text, origin: origin(), ...(yields !== undefined && { yields }) }
}

export function typed<Given extends Value>(value: Given, type: TypeFact): Given {
  return { ...value, type }
}

const via = { api: '@opentelemetry/api', method: 'setAttribute' }

export function write(key: Value | string, value: Value, sink: Sink = 'attribute'): AttributeWrite {
  const at = typeof key === 'string' ? literal(key) : key
  // `span.setAttribute(key, value)`: the entry is the call.
  const call = origin()
  return { fact: 'attribute-write', sink, key: at, value, entry: call, origin: call, certainty: 'certain', via }
}

export function bag(value: Value, sink: Sink = 'attribute'): AttributeBag {
  return { fact: 'attribute-bag', sink, value, origin: origin(), certainty: 'certain', via }
}

export function start(name?: Value | string, spanKind?: SpanKind): SpanStart {
  return {
    fact: 'span-start',
    ...(name !== undefined && { name: typeof name === 'string' ? literal(name) : name }),
    ...(spanKind !== undefined && { spanKind }),
    active: false,
    ends: false,
    records: false,
    attributeKeys: [],
    origin: origin(),
    certainty: 'certain',
    via: { ...via, method: 'startSpan' },
  }
}

export function rename(name: Value): SpanRename {
  return { fact: 'span-rename', name, origin: origin(), certainty: 'certain', via: { ...via, method: 'updateName' } }
}
