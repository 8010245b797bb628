import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { mendUnbounded } from '../src/fix/attributes/mend-unbounded.js'

export default createRule<[{ fix?: boolean }], string>({
  name: 'no-unbounded-data',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow payloads, raw queries, URLs with query and other unbounded data in spans', recommended: true, strict: true, types: 'optional' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['no-unbounded-data'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportFindings(context, 'no-unbounded-data', { fix: fix === true, mend: mendUnbounded }),
})
