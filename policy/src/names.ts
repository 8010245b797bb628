import { ownText } from './own-text.js'

const SPLIT = /[\s._\-$:/[\]#@]+/
const HUMPS = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|[^\p{Lu}\p{Ll}\d]+|\d+/gu

/** Names that were split before: a code base, and a service, says the same few hundred again and again. */
const known = new Map<string, readonly string[]>()
const KNOWN_LIMIT = 2_000

/**
 * The words of a name, lowercase: split on `. _ - $`, camel humps and the edges of acronyms. `userAPIKey2` is
 * `user api key 2`.
 */
export function splitName(name: string): readonly string[] {
  const words = known.get(name)
  if (words !== undefined) return words
  const own = ownText(name)
  const found = own
    .split(SPLIT)
    .flatMap((part) => part.match(HUMPS) ?? (part === '' ? [] : [part]))
    .map((word) => word.toLowerCase())
  if (known.size >= KNOWN_LIMIT) known.clear()
  known.set(own, found)
  return found
}

const ENUM = /^[A-Z]\w*$/
/** Last words of what holds values and no words: `Secrets.DbPassword`, `AppConfig.ApiKey`, `Request.Body`. */
const valueHolders: ReadonlySet<string> = new Set(['config', 'configuration', 'credentials', 'ctx', 'context', 'env', 'environment', 'options', 'request', 'response', 'result', 'secrets', 'session', 'settings', 'vault'])
const ENUM_MEMBER = /^[A-Z]\d*[a-z]\w*$/

/** `Outcome.InvalidBody`: a member of an enum, or of an object that stands for one, is a word that somebody wrote, whatever the word is. */
export function isEnumMember(path: readonly string[]): boolean {
  if (path.length < 2 || !ENUM_MEMBER.test(path.at(-1) ?? '') || !path.every((name) => ENUM.test(name))) return false
  return !path.slice(0, -1).some((name) => valueHolders.has(splitName(name).at(-1) ?? ''))
}
