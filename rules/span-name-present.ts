import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { createRule } from '../src/create-rule.js'
import { nameAfterFunction, writeOut } from '../src/fix/names/mend-name.js'

export default createRule<[], string>({
  name: 'span-name-present',
  meta: {
    type: 'problem',
    docs: { description: 'Require a span to have a name of its own', recommended: true, strict: true, types: 'never' },
    hasSuggestions: true,
    messages: messages['span-name-present'],
    schema: [],
  },
  create: (context) =>
    reportFindings(context, 'span-name-present', { fix: false, mend: (judged, analysis) => (judged.finding.messageId === 'compilerName' ? writeOut(judged, 'rename', analysis) : nameAfterFunction(judged, 'rename', analysis)) }),
})
