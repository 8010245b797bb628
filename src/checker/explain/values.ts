import type { TypeFact, Value } from '@spanguard/policy'

/** Deeper than this a value says no more than its text. */
const maxDepth = 3

/**
 * What an expression can be, in words: how the checker read it, through variables, imports, parameters and calls.
 *
 * @returns lines, those of what it is made of indented
 */
export function describeValue(value: Value, depth = 0): readonly string[] {
  const own = `${wordOf(value)}${value.type === undefined ? '' : `, of type ${typeText(value.type)}`}`
  const inner = depth >= maxDepth ? [] : partsOf(value).flatMap(({ label, part }) => describeValue(part, depth + 1).map((line, index) => (index === 0 ? `  ${label} ${line}` : `  ${line}`)))
  return [own, ...inner]
}

function wordOf(value: Value): string {
  switch (value.kind) {
    case 'literal':
      return `the literal ${value.value === undefined ? 'undefined' : JSON.stringify(value.value)}`
    case 'template':
      return `a template with ${value.parts.length === 1 ? 'one part that varies' : `${String(value.parts.length)} parts that vary`}`
    case 'concat':
      return 'texts put together'
    case 'reference': {
      const from = value.module === undefined ? '' : ` of "${value.module}"`
      return `${value.root === 'import' ? 'the import' : value.root === 'global' ? 'the global' : 'the reference'} ${value.path.join('.')}${from}`
    }
    case 'call':
      return `what ${value.construct === true ? 'new ' : ''}${value.callee.join('.') || 'a call'}(…) gives${value.awaited === true ? ', awaited' : ''}`
    case 'object':
      return `an object of ${value.properties.length === 1 ? 'one field' : `${String(value.properties.length)} fields`}${value.open ? ', and others that are not known' : ''}`
    case 'array':
      return value.open ? 'a list of unknown length' : `a list of ${String(value.elements.length)}`
    case 'union':
      return `one of ${String(value.of.length)}`
    case 'parameter':
      return `the parameter ${[value.name, ...value.path].filter(Boolean).join('.')}${value.function === undefined ? '' : ` of ${value.function}`}, which its callers give`
    case 'unknown':
      return value.yields === undefined ? 'not known' : `any ${value.yields}`
  }
}

function partsOf(value: Value): readonly { readonly label: string; readonly part: Value }[] {
  switch (value.kind) {
    case 'template':
    case 'concat':
      return value.parts.map((part) => ({ label: 'with', part }))
    case 'reference':
      return value.resolved === undefined ? [] : [{ label: 'which is', part: value.resolved }]
    case 'call':
      return value.returns === undefined ? [] : [{ label: 'which is', part: value.returns }]
    case 'union':
      return value.of.map((part) => ({ label: 'either', part }))
    default:
      return []
  }
}

function typeText(type: TypeFact): string {
  return type.text ?? type.literals?.map((literal) => JSON.stringify(literal)).join(' | ') ?? type.kind
}
