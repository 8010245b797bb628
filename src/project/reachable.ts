import { readFileSync } from 'node:fs'
import path from 'node:path'

import { cachedByFile } from './cache.js'
import { existing } from './source-path.js'
import { firstLineOf, isDeclaration } from './top-statements.js'

/** How many files are read for one question; a program that is larger is the checker's to judge. */
const LIMIT = 200

/**
 * Do a file of the project, or the files that it imports by relative paths, hold a text? Read as text: what is looked for is
 * a word that cannot be missing where the thing is there.
 *
 * @param from absolute path of the importing file
 * @param specifier a relative import in it
 * @returns null where a file is not found or there are too many: nobody can tell
 */
export function isMentioned(from: string, specifier: string, words: RegExp): boolean | null {
  for (const text of textsBehind(from, specifier)) {
    if (text === null) return null
    if (words.test(text)) return true
  }
  return false
}

/**
 * When is something made in a file of the project, or in the files that it imports by relative paths: as they are loaded, or only by
 * their functions?
 *
 * @param findMade where in a text it is made
 * @returns null where it is made nowhere, a file is not found, or there are too many
 */
export function whenMade(from: string, specifier: string, findMade: (text: string) => readonly number[]): 'loaded' | 'called' | null {
  let found: 'called' | null = null
  for (const text of textsBehind(from, specifier)) {
    if (text === null) return null
    for (const index of findMade(text)) {
      const line = firstLineOf(text, index)
      if (line === null) return null
      if (!isDeclaration(line)) return 'loaded'
      found = 'called'
    }
  }
  return found
}

/** A file and what it imports by relative paths, as texts; null, as the last, where one is not found or there are too many. */
function* textsBehind(from: string, specifier: string): Generator<string | null> {
  const first = resolveRelative(from, specifier)
  if (first === null) {
    yield null
    return
  }
  const waiting = [first]
  const seen = new Set(waiting)
  for (const file of waiting) {
    if (seen.size > LIMIT) {
      yield null
      return
    }
    const source = read(file)
    if (source === null) continue
    yield source.text
    for (const imported of source.imports) {
      const next = resolveRelative(file, imported)
      if (next === null || seen.has(next)) continue
      seen.add(next)
      waiting.push(next)
    }
  }
}

const read = cachedByFile((file) => {
  const text = readFileSync(file, 'utf8')
  const imports = [...text.matchAll(/(?:from|import|require\(|import\()\s*['"](\.[^'"]*)['"]/gu)].map(([, specifier = '']) => specifier)
  return { text, imports }
})

function resolveRelative(from: string, specifier: string): string | null {
  return existing(path.resolve(path.dirname(from), specifier))
}
