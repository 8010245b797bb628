import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { createRule } from '../src/create-rule.js'

export default createRule({
  name: 'no-unbounded-data',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow payloads, raw queries, URLs with query and other unbounded data in spans', recommended: true, strict: true, types: 'optional' },
    messages: messages['no-unbounded-data'],
    schema: [],
  },
  create: (context) => reportFindings(context, 'no-unbounded-data'),
})
