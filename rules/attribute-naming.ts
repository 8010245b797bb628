import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { mendKey } from '../src/fix/attributes/mend-key.js'

export default createRule<[{ fix?: boolean }], string>({
  name: 'attribute-naming',
  meta: {
    type: 'suggestion',
    docs: { description: 'Require attribute keys to be lowercase dotted snake_case, outside reserved namespaces', recommended: false, strict: true, types: 'never' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['attribute-naming'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportFindings(context, 'attribute-naming', { fix: fix === true, mend: (judged, analysis) => mendKey(judged, context.filename, analysis) }),
})
