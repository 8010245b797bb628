import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { createRule } from '../src/create-rule.js'

export default createRule({
  name: 'no-unlisted-attributes',
  meta: {
    type: 'suggestion',
    docs: { description: 'Disallow attribute keys that neither the semantic conventions nor the policy list', recommended: false, strict: true, types: 'never' },
    messages: messages['no-unlisted-attributes'],
    schema: [],
  },
  create: (context) => reportFindings(context, 'no-unlisted-attributes'),
})
