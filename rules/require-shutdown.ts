import { judgeShutdown, messages } from '@spanguard/policy'

import { reportFinding } from '../src/analysis/report.js'
import { analyzeSetupWith } from '../src/analysis/setup/index.js'
import { createRule } from '../src/create-rule.js'
import { insertShutdown } from './require-shutdown/insert-shutdown.js'

const WORDS = /\b(?:TracerProvider|NodeSDK|NodeTracerProvider|BasicTracerProvider|WebTracerProvider|HoneycombSDK|startNodeSD[Kk])\b/

export default createRule<[{ deadline?: boolean; fix?: boolean }], string>({
  name: 'require-shutdown',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require the tracer provider to be shut down before the process ends',
      recommended: true,
      strict: true,
      strictOptions: [{ deadline: true }],
      types: 'never',
    },
    messages: messages['require-shutdown'],
    fixable: 'code',
    hasSuggestions: true,
    schema: [
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          deadline: { type: 'boolean', description: 'Report a shutdown without a deadline, too. On in the preset `strict`.' },
          fix: { type: 'boolean', description: 'Insert the shutdown with `--fix` instead of offering it as a suggestion.' },
        },
      },
    ],
    defaultOptions: [{ deadline: false, fix: false }],
  },
  create(context, [options]) {
    const setup = analyzeSetupWith(WORDS, context)
    if (setup === null) return {}
    return {
      Program() {
        for (const provider of setup.providers) {
          for (const finding of judgeShutdown(provider, options.deadline === true)) {
            const mend = finding.messageId === 'missing' ? insertShutdown(finding.origin, setup.analysis) : null
            reportFinding(context, finding, mend, options.fix === true)
          }
        }
      },
    }
  },
})
