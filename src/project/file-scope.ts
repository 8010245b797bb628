import path from 'node:path'

import type { Policy } from '@spanguard/policy'
import picomatch from 'picomatch'

import { getPackage } from './package-json.js'

/**
 * Code that runs elsewhere than in a service: the browser, a phone, a load generator, a component gallery. Matched against
 * import declarations and directives as they are written, since the parser's tree is not there yet when a rule decides
 * whether to look at all.
 */
const ELSEWHERE =
  /^\s*['"]use client['"]|(?:from|require\(|import\()\s*['"](?:k6(?:\/[^'"]*)?|react-native(?:\/[^'"]*)?|expo(?:-[^'"]*)?|react-dom(?:\/client)?|@storybook\/[^'"]*)['"]/m

/** How much of a file is looked at, in characters: imports stand at its top. */
const HEAD = 4_000

type Matcher = (file: string) => boolean
const matchers = new WeakMap<Policy, Matcher>()

/**
 * Does the policy (`files.tests`, `files.ignore`), or the file itself, say that tracing rules have nothing to say here?
 *
 * @param file absolute path
 * @param folder what the policy's patterns are relative to: the folder of the config, of the run or of the repository.
 *   What stands above it says nothing of the file: a checkout below a folder called `test` is no test.
 */
export function isOutOfScope(file: string, text: string, policy: Policy, folder: string): boolean {
  let matches = matchers.get(policy)
  if (matches === undefined) {
    matches = compile([...policy.files.tests, ...policy.files.ignore])
    matchers.set(policy, matches)
  }
  const relative = path.relative(folder, file)
  // A file outside of the folder is matched from its package on, the nearest root that it has.
  const isInside = !relative.startsWith('..') && !path.isAbsolute(relative)
  const name = isInside ? relative : path.relative(getPackage(file)?.dir ?? path.dirname(file), file)
  if (matches(name.split(path.sep).join('/')) || ELSEWHERE.test(text.slice(0, HEAD))) return true
  return getPackage(file)?.dependencies.has('react-native') === true
}

/** Patterns without a leading `**` match in any folder: `scripts/*.ts` is what people write for every package's scripts. */
function compile(patterns: readonly string[]): Matcher {
  if (patterns.length === 0) return () => false
  return picomatch(
    patterns.map((pattern) => (/^(?:\*\*|\/)/.test(pattern) ? pattern : `**/${pattern.replace(/^\.\//, '')}`)),
    { dot: true },
  )
}
