import { judgeOrder, messages } from '@spanguard/policy'

import { openFile } from '../src/analysis/index.js'
import { setupOf } from '../src/analysis/setup/index.js'
import { reportFinding } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { moveFirst } from './setup-first/move-first.js'

export default createRule<[{ fix?: boolean }], string>({
  name: 'setup-first',
  meta: {
    type: 'problem',
    docs: { description: 'Require tracing to be set up before the modules that it instruments are loaded', recommended: true, strict: true, types: 'never', everyFile: true },
    messages: messages['setup-first'],
    fixable: 'code',
    hasSuggestions: true,
    schema: [
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          fix: { type: 'boolean', description: 'Move the import of the setup with `--fix` instead of offering it as a suggestion.' },
        },
      },
    ],
    defaultOptions: [{ fix: false }],
  },
  create(context, [options]) {
    const file = openFile(context)
    const { approved = [], accept = [] } = file.config.setup ?? {}
    const isNamed = approved.length + accept.length > 0
    if (!isNamed && !file.mentionsSetup) return {}
    const setup = setupOf(file, context)
    if (setup === null) return {}
    return {
      Program() {
        for (const order of setup.order) {
          for (const finding of judgeOrder(order)) {
            reportFinding(context, finding, moveFirst(order, finding, setup.analysis), options.fix === true)
          }
        }
      },
    }
  },
})
