import path from 'node:path'

import type { Policy } from '@spanguard/policy'
import picomatch from 'picomatch'

import { getPackage } from '../project/package-json.js'

/**
 * Code that runs elsewhere than in a service: the browser, a phone, a load generator, a component gallery. Matched against
 * import declarations and directives as they are written, since the parser's tree is not there yet when a rule decides
 * whether to look at all.
 */
const ELSEWHERE =
  /^\s*['"]use client['"]|(?:from|require\(|import\()\s*['"](?:k6(?:\/[^'"]*)?|react-native(?:\/[^'"]*)?|expo(?:-[^'"]*)?|react-dom(?:\/client)?|@storybook\/[^'"]*)['"]/m

/** How much of a file is looked at: imports stand at its top. */
const HEAD = 4_000

type Matcher = (file: string) => boolean
const matchers = new WeakMap<Policy, { tests: Matcher; ignored: Matcher }>()

/** Does the policy, or the file itself, say that tracing rules have nothing to say here? */
export function isOutOfScope(file: string, text: string, policy: Policy): boolean {
  let matcher = matchers.get(policy)
  if (matcher === undefined) {
    matcher = { tests: compile(policy.files.tests), ignored: compile(policy.files.ignore) }
    matchers.set(policy, matcher)
  }
  const name = file.split(path.sep).join('/')
  if (matcher.tests(name) || matcher.ignored(name) || ELSEWHERE.test(text.slice(0, HEAD))) return true
  return getPackage(file)?.dependencies.has('react-native') === true
}

/** Patterns without a leading `**` are relative to any folder: a config's folder is not part of a policy. */
function compile(patterns: readonly string[]): Matcher {
  if (patterns.length === 0) return () => false
  return picomatch(
    patterns.map((pattern) => (/^(?:\*\*|\/)/.test(pattern) ? pattern : `**/${pattern.replace(/^\.\//, '')}`)),
    { dot: true },
  )
}
