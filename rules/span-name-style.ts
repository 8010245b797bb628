import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { restyle } from '../src/fix/names/mend-name.js'

export default createRule<[{ fix?: boolean }], string>({
  name: 'span-name-style',
  meta: {
    type: 'problem',
    docs: { description: 'Require span names to follow the form of the policy', recommended: false, strict: true, types: 'never' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['span-name-style'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportFindings(context, 'span-name-style', { fix: fix === true, mend: (judged, analysis) => restyle(judged, 'rename', analysis) }),
})
