import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { createRule } from '../src/create-rule.js'

export default createRule({
  name: 'attribute-naming',
  meta: {
    type: 'suggestion',
    docs: { description: 'Require attribute keys to be lowercase dotted snake_case, outside reserved namespaces', recommended: false, strict: true, types: 'never' },
    messages: messages['attribute-naming'],
    schema: [],
  },
  create: (context) => reportFindings(context, 'attribute-naming'),
})
