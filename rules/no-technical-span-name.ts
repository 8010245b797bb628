import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { createRule } from '../src/create-rule.js'

export default createRule({
  name: 'no-technical-span-name',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow span names that say nothing of what the business does', recommended: true, strict: true, types: 'never' },
    messages: messages['no-technical-span-name'],
    schema: [],
  },
  create: (context) => reportFindings(context, 'no-technical-span-name'),
})
