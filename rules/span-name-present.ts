import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { createRule } from '../src/create-rule.js'

export default createRule({
  name: 'span-name-present',
  meta: {
    type: 'problem',
    docs: { description: 'Require a span to have a name of its own', recommended: true, strict: true, types: 'never' },
    messages: messages['span-name-present'],
    schema: [],
  },
  create: (context) => reportFindings(context, 'span-name-present'),
})
