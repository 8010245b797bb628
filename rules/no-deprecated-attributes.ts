import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { mendKey } from '../src/fix/attributes/mend-key.js'

export default createRule<[{ fix?: boolean }], string>({
  name: 'no-deprecated-attributes',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow attribute keys that the semantic conventions replaced', recommended: true, strict: true, types: 'never' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['no-deprecated-attributes'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportFindings(context, 'no-deprecated-attributes', { fix: fix === true, mend: (judged, analysis) => mendKey(judged, context.filename, analysis) }),
})
