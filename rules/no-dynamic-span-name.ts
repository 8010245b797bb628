import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { createRule } from '../src/create-rule.js'

export default createRule({
  name: 'no-dynamic-span-name',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow span names built from unbounded values', recommended: true, strict: true, types: 'optional' },
    messages: messages['no-dynamic-span-name'],
    schema: [],
  },
  create: (context) => reportFindings(context, 'no-dynamic-span-name'),
})
