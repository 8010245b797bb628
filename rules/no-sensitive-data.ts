import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { createRule } from '../src/create-rule.js'

export default createRule({
  name: 'no-sensitive-data',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow secrets and personal, card, health and government data in spans', recommended: true, strict: true, types: 'optional' },
    messages: messages['no-sensitive-data'],
    schema: [],
  },
  create: (context) => reportFindings(context, 'no-sensitive-data'),
})
