import type { Policy } from './config.js'
import { splitName } from './names.js'
import { personNouns } from './words/persons.js'
import { sensitiveTerms } from './words/sensitive.js'
import { vetoSuffixes } from './words/vetoes.js'

export type SensitiveClass = 'secret' | 'card' | 'personal' | 'health' | 'government'

/** Terms by their first word, each a row of words with its class. */
interface Vocabulary {
  readonly terms: ReadonlyMap<string, readonly { readonly words: readonly string[]; readonly class: SensitiveClass }[]>
  readonly ignored: ReadonlySet<string>
}

const vocabularies = new WeakMap<Policy, Vocabulary>()

/**
 * What a name (of a key, a variable, a field) says it holds, or null. Words are matched whole and in a row; the name's own
 * ending vetoes (`token_count`, `email_verified`).
 */
export function classifyName(name: string, policy: Policy): { class: SensitiveClass; term: string } | null {
  const words = splitName(name)
  const last = words.at(-1)
  if (last === undefined || vetoSuffixes.has(last)) return null
  const vocabulary = getVocabulary(policy)
  if (vocabulary.ignored.has(words.join(' '))) return null
  return matchTerms(words, vocabulary) ?? matchPerson(words)
}

function matchTerms(words: readonly string[], vocabulary: Vocabulary): { class: SensitiveClass; term: string } | null {
  let longest: { class: SensitiveClass; term: string; length: number } | null = null
  for (const [from, word] of words.entries()) {
    for (const term of vocabulary.terms.get(word) ?? []) {
      const { length } = term.words
      if (longest !== null && longest.length >= length) continue
      if (!term.words.every((each, index) => words[from + index] === each)) continue
      if (isCounted(words, from, length)) continue
      longest = { class: term.class, term: term.words.join(' '), length }
    }
  }
  return longest === null ? null : { class: longest.class, term: longest.term }
}

/** `input.tokens`, `token.id`, `secret.name`: a count or a handle of the thing. */
function isCounted(words: readonly string[], from: number, length: number): boolean {
  const after = words[from + length]
  return (after === 'id' || after === 'name' || after === 'key') && ['token', 'secret', 'cookie', 'credential'].includes(words[from] ?? '')
}

function matchPerson(words: readonly string[]): { class: SensitiveClass; term: string } | null {
  for (const [index, word] of words.entries()) {
    if (personNouns.has(word) && words[index + 1] === 'name' && index + 2 === words.length) {
      return { class: 'personal', term: `${word} name` }
    }
  }
  return null
}

function getVocabulary(policy: Policy): Vocabulary {
  const known = vocabularies.get(policy)
  if (known !== undefined) return known
  const terms = new Map<string, { words: readonly string[]; class: SensitiveClass }[]>()
  const add = (term: string, sensitiveClass: SensitiveClass): void => {
    const words = splitName(term)
    const [first] = words
    if (first !== undefined) terms.set(first, [...(terms.get(first) ?? []), { words, class: sensitiveClass }])
  }
  for (const [sensitiveClass, list] of Object.entries(sensitiveTerms)) {
    for (const term of list) add(term, sensitiveClass as SensitiveClass)
  }
  for (const term of policy.attributes.sensitive.add) add(term, 'personal')
  const ignored = new Set(policy.attributes.sensitive.ignore.map((name) => splitName(name).join(' ')))
  const vocabulary: Vocabulary = { terms, ignored }
  vocabularies.set(policy, vocabulary)
  return vocabulary
}
