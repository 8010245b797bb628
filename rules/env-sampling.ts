import { judgeSampler, messages } from '@spanguard/policy'

import { reportFinding } from '../src/analysis/report.js'
import { analyzeSetupWith } from '../src/analysis/setup/index.js'
import { createRule } from '../src/create-rule.js'
import { wrapSampler } from './env-sampling/wrap-sampler.js'

const WORDS = /\b(?:sampler|traceSampler)\b/

export default createRule<[{ alwaysOn?: boolean; fix?: boolean }], string>({
  name: 'env-sampling',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require a sampler that follows the parent and the environment',
      recommended: true,
      strict: true,
      strictOptions: [{ alwaysOn: true }],
      types: 'never',
    },
    messages: messages['env-sampling'],
    fixable: 'code',
    hasSuggestions: true,
    schema: [
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          alwaysOn: { type: 'boolean', description: 'Report `AlwaysOnSampler`, too. On in the preset `strict`.' },
          fix: { type: 'boolean', description: 'Wrap ratio samplers with `--fix` instead of offering it as a suggestion.' },
        },
      },
    ],
    defaultOptions: [{ alwaysOn: false, fix: false }],
  },
  create(context, [options]) {
    const setup = analyzeSetupWith(WORDS, context)
    if (setup === null) return {}
    return {
      Program() {
        for (const provider of setup.providers) {
          for (const finding of judgeSampler(provider, options.alwaysOn === true)) {
            const mend = finding.messageId === 'ratio' ? wrapSampler(finding.origin, setup.analysis, context.filename) : null
            reportFinding(context, finding, mend, options.fix === true)
          }
        }
      },
    }
  },
})
