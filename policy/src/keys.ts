import type { Policy } from './config.js'
import { splitName } from './names.js'
import { personalNames, personNouns, personParts } from './words/persons.js'
import { sensitiveTerms, wholeTerms } from './words/sensitive.js'
import { harmlessForms, harmlessTokens, neutralEndings, vetoPrefixes } from './words/vetoes.js'

export type SensitiveClass = 'secret' | 'card' | 'personal' | 'health' | 'government'

export interface NameClass {
  readonly class: SensitiveClass
  /** The words that say so. */
  readonly term: string
}

interface Vocabulary {
  /** By the words in a row, joined by spaces. */
  readonly terms: ReadonlyMap<string, SensitiveClass>
  readonly wholes: ReadonlyMap<string, SensitiveClass>
  readonly ignored: ReadonlySet<string>
  readonly longest: number
  /** Names that were classified before. */
  readonly known: Map<string, NameClass | null>
}

const KNOWN_LIMIT = 2_000

const vocabularies = new WeakMap<Policy, Vocabulary>()

/**
 * What a name (of a key, a variable, a member chain joined by dots) says it holds, or null.
 *
 * A name is what its last words are: a `password reset email` is an e-mail, a `token bucket` a bucket, a `card type` a type.
 * So terms are matched whole, as the last words of the name, behind which only words may stand that change nothing (`value`,
 * `raw`, numbers). What the name begins with can take it back: `has token`, `next page token`, `hashed password`.
 */
export function classifyName(name: string, policy: Policy): NameClass | null {
  const vocabulary = getVocabulary(policy)
  const known = vocabulary.known.get(name)
  if (known !== undefined) return known
  const found = classify(name, vocabulary)
  if (vocabulary.known.size >= KNOWN_LIMIT) vocabulary.known.clear()
  vocabulary.known.set(name, found)
  return found
}

function classify(name: string, vocabulary: Vocabulary): NameClass | null {
  const all = splitName(name)
  if (all.length === 0 || vocabulary.ignored.has(all.join(' '))) return null
  const found = matchEnd(all, vocabulary) ?? matchNeutralEnd(all, vocabulary) ?? matchWhole(name, vocabulary) ?? matchPerson(all)
  if (found === null || vocabulary.ignored.has(found.term)) return null
  return isTakenBack(name, all, found) ? null : found
}

/**
 * Does a name speak of something sensitive and say that it is not the thing itself (`tokenId`, `emailVerified`,
 * `passwordHash`)? Whoever chose such a name said what the value is.
 */
export function isVetoedName(name: string, policy: Policy): boolean {
  const { terms, longest } = getVocabulary(policy)
  const words = splitName(name)
  if (words.length < 2 || classifyName(name, policy) !== null) return false
  return words.some((_, from) => {
    for (let length = 1; length <= longest && from + length <= words.length; length++) {
      if (terms.has(words.slice(from, from + length).join(' '))) return true
    }
    return false
  })
}

function matchEnd(words: readonly string[], { terms, longest }: Vocabulary): NameClass | null {
  for (let length = Math.min(longest, words.length); length > 0; length--) {
    const term = words.slice(-length).join(' ')
    const sensitiveClass = terms.get(term)
    if (sensitiveClass !== undefined) return { class: sensitiveClass, term }
  }
  return null
}

/** `emailLower`, `password2`, `authorizationHeader` */
function matchNeutralEnd(words: readonly string[], vocabulary: Vocabulary): NameClass | null {
  let end = words.length
  while (end > 1 && isNeutral(words[end - 1] ?? '')) end--
  return end === words.length ? null : matchEnd(words.slice(0, end), vocabulary)
}

function isNeutral(word: string): boolean {
  return neutralEndings.has(word) || /^\d+$/.test(word)
}

/** The name is nothing but the term, or the term stands behind a person: `pin`, `customer.street`. */
function matchWhole(name: string, { wholes }: Vocabulary): NameClass | null {
  const dot = name.lastIndexOf('.')
  const term = splitName(name.slice(dot + 1)).join(' ')
  const sensitiveClass = wholes.get(term)
  if (sensitiveClass === undefined) return null
  const owner = splitName(name.slice(0, Math.max(0, dot))).at(-1)
  return owner === undefined || personNouns.has(owner) ? { class: sensitiveClass, term } : null
}

/** `user.name`, `customerName`, `user.profile.displayName` */
function matchPerson(words: readonly string[]): NameClass | null {
  const length = personalNames.has(words.slice(-2).join(' ')) ? 2 : 1
  const name = words.slice(-length).join(' ')
  if (!personalNames.has(name)) return null
  let at = words.length - length - 1
  while (at > 0 && personParts.has(words[at] ?? '')) at--
  const noun = words[at] ?? ''
  return personNouns.has(noun) ? { class: 'personal', term: `${noun} ${name}` } : null
}

function isTakenBack(name: string, words: readonly string[], found: NameClass): boolean {
  const last = splitName(name.slice(name.lastIndexOf('.') + 1))
  if (last.length > 1 && vetoPrefixes.has(last[0] ?? '')) return true
  const before = words[words.indexOf(found.term.split(' ')[0] ?? '') - 1] ?? ''
  if (harmlessForms.has(before) || (last.length > 1 && harmlessForms.has(last[0] ?? ''))) return true
  return found.term === 'token' && harmlessTokens.has(before)
}

function getVocabulary(policy: Policy): Vocabulary {
  const known = vocabularies.get(policy)
  if (known !== undefined) return known
  const terms = new Map<string, SensitiveClass>()
  const wholes = new Map<string, SensitiveClass>()
  for (const [name, list] of Object.entries(sensitiveTerms)) for (const term of list) terms.set(term, name as SensitiveClass)
  for (const [name, list] of Object.entries(wholeTerms)) for (const term of list) wholes.set(term, name as SensitiveClass)
  for (const term of policy.attributes.sensitive.add) terms.set(splitName(term).join(' '), 'personal')
  const vocabulary: Vocabulary = {
    terms,
    wholes,
    ignored: new Set(policy.attributes.sensitive.ignore.map((name) => splitName(name).join(' '))),
    longest: Math.max(...[...terms.keys()].map((term) => term.split(' ').length)),
    known: new Map(),
  }
  vocabularies.set(policy, vocabulary)
  return vocabulary
}
