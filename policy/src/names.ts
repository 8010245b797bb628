const SPLIT = /[\s._\-$:/[\]#@]+/
const HUMPS = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|[^\p{Lu}\p{Ll}\d]+|\d+/gu

/**
 * The words of a name, lowercase: split on `. _ - $`, camel humps and the edges of acronyms. `userAPIKey2` is
 * `user api key 2`.
 */
export function splitName(name: string): readonly string[] {
  return name
    .split(SPLIT)
    .flatMap((part) => part.match(HUMPS) ?? (part === '' ? [] : [part]))
    .map((word) => word.toLowerCase())
}
