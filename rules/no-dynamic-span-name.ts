import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { makeConstant } from '../src/fix/names/mend-name.js'

export default createRule<[{ fix?: boolean }], string>({
  name: 'no-dynamic-span-name',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow span names built from unbounded values', recommended: true, strict: true, types: 'optional' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['no-dynamic-span-name'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportFindings(context, 'no-dynamic-span-name', { fix: fix === true, mend: (judged, analysis) => makeConstant(judged, 'constant', analysis) }),
})
