import { readFileSync } from 'node:fs'
import path from 'node:path'

import { cachedByFile, versionOf } from './cache.js'

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
  const first = resolveRelative(from, specifier)
  if (first === null) return null
  const waiting = [first]
  const seen = new Set(waiting)
  for (const file of waiting) {
    if (seen.size > LIMIT) return null
    const source = read(file)
    if (source === null) continue
    if (words.test(source.text)) return true
    for (const imported of source.imports) {
      const next = resolveRelative(file, imported)
      if (next === null || seen.has(next)) continue
      seen.add(next)
      waiting.push(next)
    }
  }
  return false
}

const read = cachedByFile((file) => {
  const text = readFileSync(file, 'utf8')
  const imports = [...text.matchAll(/(?:from|import|require\(|import\()\s*['"](\.[^'"]*)['"]/gu)].map(([, specifier = '']) => specifier)
  return { text, imports }
})

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']

function resolveRelative(from: string, specifier: string): string | null {
  const base = path.resolve(path.dirname(from), specifier)
  const bare = base.replace(/\.[cm]?jsx?$/u, '')
  const candidates = [base, ...extensions.map((extension) => bare + extension), ...extensions.map((extension) => path.join(base, `index${extension}`))]
  return candidates.find((candidate) => versionOf(candidate) !== null) ?? null
}
