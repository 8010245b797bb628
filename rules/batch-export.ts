import { judgeOutput, messages } from '@spanguard/policy'

import { reportFinding } from '../src/analysis/report.js'
import { analyzeSetupWith } from '../src/analysis/setup/index.js'
import { createRule } from '../src/create-rule.js'
import { makeBatch } from './batch-export/make-batch.js'

const WORDS = /\b(?:SimpleSpanProcessor|ConsoleSpanExporter)\b/

export default createRule<[{ fix?: boolean }], string>({
  name: 'batch-export',
  meta: {
    type: 'problem',
    docs: { description: 'Require spans to be exported in batches', recommended: true, strict: true, types: 'never' },
    messages: messages['batch-export'],
    fixable: 'code',
    hasSuggestions: true,
    schema: [
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          fix: { type: 'boolean', description: 'Replace `SimpleSpanProcessor` with `--fix` instead of offering it as a suggestion.' },
        },
      },
    ],
    defaultOptions: [{ fix: false }],
  },
  create(context, [options]) {
    const setup = analyzeSetupWith(WORDS, context)
    if (setup === null) return {}
    return {
      Program() {
        for (const output of setup.outputs) {
          for (const finding of judgeOutput(output)) {
            const mend = finding.messageId === 'simple' ? makeBatch(finding.origin, setup.analysis, context.filename) : null
            reportFinding(context, finding, mend, options.fix === true)
          }
        }
      },
    }
  },
})
