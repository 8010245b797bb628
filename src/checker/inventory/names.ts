import { knownKey, shorten, type Value } from '@spanguard/policy'

/** A name as far as the program's text shows it. */
export interface Named {
  /** Parts that only the running program knows stand in braces: `GET {route}`. */
  readonly text: string
  /** `fixed`: known in full. `pattern`: in part. `unknown`: not at all. */
  readonly form: 'fixed' | 'pattern' | 'unknown'
}

/** A union of more names than this is shown as its first ones: nobody reads on. */
const maxNames = 12

/** The names that a value can be. A conditional has several; a constant of the semantic conventions is its key. */
export function namesOf(value: Value): readonly Named[] {
  const key = knownKey(value)
  if (key !== null) return [{ text: key, form: 'fixed' }]
  if (value.kind === 'union') return unique(value.of.flatMap(namesOf)).slice(0, maxNames)
  return [nameOf(value)]
}

function nameOf(value: Value): Named {
  switch (value.kind) {
    case 'literal':
      return { text: String(value.value), form: 'fixed' }
    case 'template': {
      const parts = value.parts.map(partOf)
      return patternOf(value.quasis.map((quasi, index) => quasi + (parts[index]?.text ?? '')).join(''), parts)
    }
    case 'concat': {
      const parts = value.parts.map(partOf)
      return patternOf(parts.map(part => part.text).join(''), parts)
    }
    case 'reference': {
      if (value.resolved !== undefined) return nameOf(value.resolved)
      const { literals } = value.type ?? {}
      if (literals?.length === 1) return { text: String(literals[0]), form: 'fixed' }
      return { text: `{${value.path.filter(part => part !== '[]').at(-1) ?? shorten(value.text)}}`, form: 'unknown' }
    }
    case 'parameter':
      return { text: `{${value.path.at(-1) ?? value.name}}`, form: 'unknown' }
    case 'call':
      return { text: `{${value.callee.at(-1) ?? shorten(value.text)}()}`, form: 'unknown' }
    default:
      return { text: `{${shorten(value.text).replace(/^"|"$/gu, '')}}`, form: 'unknown' }
  }
}

/** A part of a template; one that is itself a choice is shown as what it chooses from. */
function partOf(value: Value): Named {
  if (value.kind !== 'union') return nameOf(value)
  const all = unique(value.of.map(nameOf))
  return all.length === 1 && all[0] ? all[0] : { text: `{${all.map(one => one.text.replace(/^\{|\}$/gu, '')).join('|')}}`, form: 'unknown' }
}

function patternOf(text: string, parts: readonly Named[]): Named {
  if (parts.every(part => part.form === 'fixed')) return { text, form: 'fixed' }
  return { text, form: /^(?:\{[^}]*\})+$/u.test(text) ? 'unknown' : 'pattern' }
}

function unique(names: readonly Named[]): Named[] {
  return [...new Map(names.map(name => [name.text, name])).values()]
}
