import { type Policy, splitName } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { getEnclosingFunction, getPropertyName } from '../../analysis/bindings.js'
import { parentOf } from '../../analysis/lifetimes/context.js'
import { getFunctionName } from '../../analysis/values.js'
import { verbs } from './verbs.js'

/**
 * A name's words in the form `domain.action`: `order.place` for `placeOrder`, `Place Order` and `Order: place`. Where the policy lists
 * domains, it begins with one of them.
 *
 * @returns null where the words do not give a domain and an action, and for what is a route
 */
export function toDomainAction(text: string, { spanNames }: Pick<Policy, 'spanNames'>): string | null {
  // `GET /orders/:id` follows a convention of its own.
  if (/^[A-Z]{3,7}\b|\//.test(text)) return null
  const words = splitName(text.replace(/[^\p{L}\p{N}]+/gu, ' ')).filter((word) => word !== '' && !articles.has(word))
  if (words.length === 0 || words.some((word) => !/^[a-z\d]+$/.test(word))) return null
  const domain = spanNames.domains.find((each) => contains(words, splitName(each)))
  if (domain !== undefined) {
    const own = splitName(domain)
    const at = indexOf(words, own)
    const rest = [...words.slice(0, at), ...words.slice(at + own.length)]
    return rest.length === 0 ? null : `${domain}.${rest.join('_')}`
  }
  if (spanNames.domains.length > 0) {
    const [only, ...others] = spanNames.domains
    return only === undefined || others.length > 0 ? null : `${only}.${words.join('_')}`
  }
  const segments = text.split(/[.:]+/).map((segment) => splitName(segment.replace(/[^\p{L}\p{N}]+/gu, ' ')).join('_'))
  if (segments.length > 1 && segments.every((segment) => /^[a-z]/.test(segment))) return segments.join('.')
  const [first, ...others] = words
  if (first === undefined || others.length === 0 || !/^[a-z]/.test(first)) return null
  if (!verbs.has(first)) return `${first}.${others.join('_')}`
  // `placeOrderForCustomer`: what comes behind a preposition says how, not what.
  const until = others.findIndex((word) => prepositions.has(word))
  const what = until > 0 ? others.slice(0, until) : others
  return /^[a-z]/.test(what.join('_')) ? `${what.join('_')}.${[first, ...(until > 0 ? others.slice(until) : [])].join('_')}` : null
}

/** In a name in prose. */
const articles: ReadonlySet<string> = new Set(['a', 'an', 'its', 'our', 'the', 'their', 'this', 'your'])
const prepositions: ReadonlySet<string> = new Set(['as', 'at', 'by', 'for', 'from', 'if', 'in', 'into', 'of', 'on', 'to', 'via', 'with'])

function contains(words: readonly string[], part: readonly string[]): boolean {
  return indexOf(words, part) >= 0
}

function indexOf(words: readonly string[], part: readonly string[]): number {
  return words.findIndex((_, index) => part.every((word, offset) => words[index + offset] === word))
}

/** Ends of a class's name that say what it is and not what it is about. */
const ROLE = /(?:Api|Client|Consumer|Controller|Gateway|Handler|Impl|Job|Manager|Module|Processor|Provider|Repository|Resolver|Service|UseCase|Worker)$/

/**
 * What the code around a span is called: the nearest function with a name, with its class where its own name is one word
 * (`place` of `OrderService` is `orderPlace`). Null where nothing there has a name.
 */
export function nameOfCodeAround(node: TSESTree.Node): string | null {
  for (let fn = getEnclosingFunction(node); fn !== null; fn = getEnclosingFunction(fn)) {
    const name = getFunctionName(fn)
    if (name === null || name === 'constructor') continue
    const owner = classAround(fn)?.replace(ROLE, '') ?? ''
    return splitName(name).length === 1 && owner !== '' ? `${owner}.${name}` : name
  }
  return null
}

/** The name of the class that a function is a method or a field of, else null. */
export function classAround(node: TSESTree.Node): string | null {
  for (let current = parentOf(node); current !== null; current = parentOf(current)) {
    if (current.type === 'MethodDefinition' || current.type === 'PropertyDefinition') {
      if (getPropertyName(current) === null) return null
      return current.parent.parent.id?.name ?? null
    }
    if (current.type === 'FunctionDeclaration' || current.type === 'FunctionExpression') {
      if (current.parent.type !== 'MethodDefinition') return null
    }
  }
  return null
}
