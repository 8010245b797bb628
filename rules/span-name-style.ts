import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { createRule } from '../src/create-rule.js'

export default createRule({
  name: 'span-name-style',
  meta: {
    type: 'problem',
    docs: { description: 'Require span names to follow the form of the policy', recommended: false, strict: true, types: 'never' },
    messages: messages['span-name-style'],
    schema: [],
  },
  create: (context) => reportFindings(context, 'span-name-style'),
})
