import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { createRule } from '../src/create-rule.js'

export default createRule({
  name: 'valid-attribute-value',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow attribute values that the SDK drops silently', recommended: true, strict: true, types: 'optional' },
    messages: messages['valid-attribute-value'],
    schema: [],
  },
  create: (context) => reportFindings(context, 'valid-attribute-value'),
})
