import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { mendKey } from '../src/fix/attributes/mend-key.js'

export default createRule<[{ fix?: boolean }], string>({
  name: 'no-unlisted-attributes',
  meta: {
    type: 'suggestion',
    docs: { description: 'Disallow attribute keys that neither the semantic conventions nor the policy list', recommended: false, strict: true, types: 'never' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['no-unlisted-attributes'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportFindings(context, 'no-unlisted-attributes', { fix: fix === true, mend: (judged, analysis) => mendKey(judged, context.filename, analysis) }),
})
