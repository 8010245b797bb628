import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { mendValue } from '../src/fix/attributes/mend-value.js'

export default createRule<[{ fix?: boolean }], string>({
  name: 'valid-attribute-value',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow attribute values that the SDK drops silently', recommended: true, strict: true, types: 'optional' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['valid-attribute-value'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportFindings(context, 'valid-attribute-value', { fix: fix === true, mend: mendValue }),
})
