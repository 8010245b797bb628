import path from 'node:path'
import picomatch from 'picomatch'
import type { Policy } from '@spanguard/policy'

/** Code that runs elsewhere than in a service: the browser, a phone, a load generator, a component gallery. */
const elsewhere = /^\s*['"]use client['"]|(?:from|require\(|import\()\s*['"](?:k6(?:\/[^'"]*)?|react-native(?:\/[^'"]*)?|expo(?:-[^'"]*)?|react-dom(?:\/client)?|@opentelemetry\/sdk-trace-web|@storybook\/[^'"]*)['"]/mu
/** Imports stand at a file's top. In characters. */
const head = 4000

/** Is a file part of what services run? Tests, ignored files and code for other places are not. Patterns are relative to the run's root. */
export function createScope(policy: Policy, root: string): (file: string, text: string) => boolean {
  const patterns = [...policy.files.tests, ...policy.files.ignore].map(pattern => (/^(?:\*\*|\/)/u.test(pattern) ? pattern : `**/${pattern.replace(/^\.\//u, '')}`))
  const isExcluded = patterns.length === 0 ? () => false : picomatch(patterns, { dot: true })
  return (file, text) => !isExcluded(path.relative(root, file).split(path.sep).join('/')) && !elsewhere.test(text.slice(0, head))
}
