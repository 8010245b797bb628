import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { createRule } from '../src/create-rule.js'
import { nameAfterFunction } from '../src/fix/names/mend-name.js'

export default createRule<[], string>({
  name: 'no-technical-span-name',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow span names that say nothing of what the business does', recommended: true, strict: true, types: 'never' },
    hasSuggestions: true,
    messages: messages['no-technical-span-name'],
    schema: [],
  },
  create: (context) =>
    reportFindings(context, 'no-technical-span-name', { fix: false, mend: (judged, analysis) => nameAfterFunction(judged, 'rename', analysis) }),
})
