import { readFileSync } from 'node:fs'

import { cachedByFile } from './cache.js'
import { placeOf, repositoryOf } from './places.js'
import { listSources } from './sources.js'
import { classOf, firstLineOf, functionOf } from './top-statements.js'

/** More files than one reads for one question: beyond it nobody can tell. */
const FILES_LIMIT = 3_000
/** Fewer are a part of a program, or a piece of one that is shown: what calls them is somewhere else. */
const LEAST_FILES = 30
/** How many functions, each called by the next one alone, are followed. */
const DEPTH = 4

const answersOf = cachedByFile(() => new Map<string, boolean>())

/**
 * Is a function or class that stands at the top of a file called by nobody: is it named nowhere in its repository but where it is declared,
 * imported and exported, and in functions of which the same is true? Read as text, in which a statement at the top of a file begins in its first
 * column, by everybody's habit. What is called by a convention has a short name (`main`, `register`, `handler`): one word is taken to be
 * called. In a repository of a few files, and in examples and fixtures, nobody can tell.
 *
 * @param file absolute path; one that is not on the disk answers false. An answer is believed until the file is written again.
 */
export function isCalledByNobody(name: string, file: string): boolean {
  const answers = answersOf(file)
  if (answers === null) return false
  const known = answers.get(name)
  if (known !== undefined) return known
  const answer = ask(name, file)
  answers.set(name, answer)
  return answer
}

function ask(name: string, file: string): boolean {
  try {
    const top = repositoryOf(file)
    // Examples, fixtures and templates are pieces, too, of which nobody calls one.
    if (placeOf(file, top) !== null) return false
    const sources = listSources(top, FILES_LIMIT)
    return sources !== null && sources.length >= LEAST_FILES && isDead(name, sources, DEPTH)
  } catch {
    // A folder that cannot be read shows nothing.
    return false
  }
}

function isDead(name: string, sources: readonly string[], depth: number): boolean {
  if (depth === 0 || !/[a-z\d][A-Z]|[a-zA-Z]_[a-zA-Z]/.test(name)) return false
  const mention = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'g')
  const callers: string[] = []
  for (const source of sources) {
    // Most files do not name it, which their bytes tell sooner than their text.
    const bytes = readFileSync(source)
    if (!bytes.includes(name)) continue
    if (source.endsWith('.json')) return false
    const text = bytes.toString('utf8')
    for (const { index } of text.matchAll(mention)) {
      const caller = findCaller(text, index, name)
      if (caller === undefined) return false
      if (caller !== null) callers.push(caller)
    }
  }
  return callers.every((caller) => isDead(caller, sources, depth - 1))
}

/** Statements that bring a name in or out. */
const PASSING = /^(?:import\b(?!\s*\()|export\s*(?:type\s*)?[{*]|(?:module\.)?exports(?:\.\w+\s*=|\s*=\s*\{)|(?:const|let|var)\s*\{)/

/** The function at the top in which a name is mentioned; null where nothing is called, undefined where it is called as the file is loaded, or nobody can tell. */
function findCaller(text: string, index: number, name: string): string | null | undefined {
  if (/^\s*(?:\/\/|\/?\*)/.test(text.slice(text.lastIndexOf('\n', index) + 1, index))) return null
  const first = firstLineOf(text, index)
  if (first === null) return undefined
  if (PASSING.test(first) && !/^\s*\(/.test(text.slice(index + name.length, index + name.length + 20))) return null
  const caller = functionOf(first)
  if (caller === name || classOf(first) === name) return null
  // What classes do, others may ask them for that do not name them.
  return caller ?? undefined
}
