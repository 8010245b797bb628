import type { Linter, RuleModule } from '@typescript-eslint/utils/ts-eslint'

import type { RuleDocs } from '../create-rule.js'

export type PresetName = 'recommended' | 'strict' | 'all'

/** A preset: one flat object with the plugin and severities; parser, files and settings are the user's. */
export interface Preset {
  name: `spanguard/${PresetName}`
  plugins: { spanguard: PresetPlugin }
  rules: Record<string, Linter.RuleLevel | [Linter.RuleLevel, ...object[]]>
}

/**
 * The plugin as a preset shows it. Its rules are left out of the type: typescript-eslint types them stricter than ESLint
 * (`readonly` options), and a typed `eslint.config.ts` would refuse what ESLint takes.
 */
export interface PresetPlugin {
  meta: { name: string; version: string }
}

type AnyRules = Readonly<Record<string, RuleModule<string, readonly unknown[], RuleDocs>>>

const includes: Readonly<Record<PresetName, (docs: RuleDocs) => boolean>> = {
  recommended: (docs) => docs.recommended,
  strict: (docs) => docs.recommended || docs.strict,
  all: () => true,
}

/** The presets, derived from what each rule says of itself in `meta.docs`. */
export function createPresets(plugin: PresetPlugin & { rules: AnyRules }): Record<PresetName, Preset> {
  const create = (name: PresetName): Preset => ({
    name: `spanguard/${name}`,
    plugins: { spanguard: plugin },
    rules: Object.fromEntries(
      Object.entries(plugin.rules)
        .filter(([, rule]) => rule.meta.docs !== undefined && includes[name](rule.meta.docs))
        .map(([rule, { meta }]) => [`spanguard/${rule}`, getLevel(name, meta.docs)]),
    ),
  })
  return { recommended: create('recommended'), strict: create('strict'), all: create('all') }
}

/** `strict` asks more of some rules: their `strictOptions`. */
function getLevel(preset: PresetName, docs: RuleDocs | undefined): Linter.RuleLevel | [Linter.RuleLevel, ...object[]] {
  return preset === 'recommended' || docs?.strictOptions === undefined ? 'error' : ['error', ...docs.strictOptions]
}
