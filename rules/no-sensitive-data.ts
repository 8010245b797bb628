import { messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { mendSensitive } from '../src/fix/attributes/mend-sensitive.js'

export default createRule<[{ fix?: boolean }], string>({
  name: 'no-sensitive-data',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow secrets and personal, card, health and government data in spans', recommended: true, strict: true, types: 'optional', everyPlace: true },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['no-sensitive-data'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportFindings(context, 'no-sensitive-data', { fix: fix === true, mend: (judged, analysis) => mendSensitive(judged, context.filename, analysis) }),
})
