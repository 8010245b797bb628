import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { createRule } from '../src/create-rule.js'

export default createRule({
  name: 'no-deprecated-attributes',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow attribute keys that the semantic conventions replaced', recommended: true, strict: true, types: 'never' },
    messages: messages['no-deprecated-attributes'],
    schema: [],
  },
  create: (context) => reportFindings(context, 'no-deprecated-attributes'),
})
