import path from 'node:path'
import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'

import { rules } from '../../rules/index.js'
import plugin from '../../src/index.js'
import { service } from '../mutations/lint.js'

/** A file that is to be mended. */
export interface Snippet {
  readonly name: string
  /** Relative to the service of `test/fixtures/correct`, which has every package that is inserted. */
  readonly file: string
  readonly text: string
  readonly settings?: object
  readonly options?: Readonly<Record<string, object>>
}

/** `offered`: as the presets have it. `all`: every rule with `fix: true`. */
export type How = 'offered' | 'all'

const linter = new Linter({ configType: 'flat', cwd: service })

export function verify(snippet: Snippet, text: string, how: How): readonly Linter.LintMessage[] {
  return linter.verify(text, configOf(snippet, how), { filename: path.join(service, snippet.file) })
}

/** Every fix at once, until none is left. */
export function fixAll(snippet: Snippet, text: string, how: How): string {
  return linter.verifyAndFix(text, configOf(snippet, how), { filename: path.join(service, snippet.file) }).output
}

/**
 * What `strict` asks next of a span that is ended now, of an error that is told now, of a name that is constant now, of an attribute
 * whose value is fit now, of a provider that is the only one now: of one subject a rule speaks when an earlier one is content.
 */
export function isNextStep({ ruleId, messageId }: Linter.LintMessage): boolean {
  if (ruleId === 'spanguard/error-stage' || ruleId === 'spanguard/no-unlisted-attributes' || ruleId === 'spanguard/span-name-style') return true
  return (ruleId === 'spanguard/error-status' && messageId === 'unset') || (ruleId === 'spanguard/approved-setup' && messageId === 'unapproved')
}

/** How often each rule speaks; a text that does not parse is told as the rule `parse`. */
export function countsOf(messages: readonly Linter.LintMessage[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { ruleId, message } of messages.filter((each) => !isNextStep(each))) {
    const rule = ruleId ?? `parse: ${message}`
    counts.set(rule, (counts.get(rule) ?? 0) + 1)
  }
  return counts
}

/** The rules that speak more often than before, each with both counts. */
export function worse(before: readonly Linter.LintMessage[], after: readonly Linter.LintMessage[]): readonly string[] {
  const old = countsOf(before)
  return [...countsOf(after)].filter(([rule, count]) => count > (old.get(rule) ?? 0)).map(([rule, count]) => `${rule}: ${old.get(rule) ?? 0} before, ${count} after`)
}

function configOf({ settings = {}, options = {} }: Snippet, how: How): Linter.Config[] {
  const level = (name: string): [string, object] => {
    const { meta } = rules[name] ?? {}
    const schema = [meta?.schema].flat()[0] as { properties?: object } | undefined
    const fix = how === 'all' && schema?.properties !== undefined && 'fix' in schema.properties ? { fix: true } : {}
    const merged = { ...meta?.docs?.strictOptions?.[0], ...options[name], ...fix }
    return ['error', ...(Object.keys(merged).length === 0 ? [] : [merged])] as [string, object]
  }
  return [
    {
      files: ['**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts}'],
      plugins: { spanguard: plugin },
      languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: true } } },
      linterOptions: { reportUnusedDisableDirectives: 'off' },
      rules: Object.fromEntries(Object.keys(rules).map((name) => [`spanguard/${name}`, level(name)])) as Linter.RulesRecord,
      settings: { spanguard: settings },
    },
  ]
}
