import { isOfNewestConventions, messages } from '@spanguard/policy'

import { reportFindings } from '../src/analysis/findings.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { mendKey } from '../src/fix/attributes/mend-key.js'

export default createRule<[{ fix?: boolean; recent?: boolean }], string>({
  name: 'no-deprecated-attributes',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow attribute keys that the semantic conventions replaced', recommended: true, strict: true, strictOptions: [{ recent: true }], types: 'never' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['no-deprecated-attributes'],
    schema: [{ type: 'object', additionalProperties: false, properties: { ...fixOption, recent: { type: 'boolean', description: 'Report keys, too, that the newest conventions replaced by keys which are not stable yet. On in the preset `strict`.' } } }],
    defaultOptions: [{ fix: false, recent: false }],
  },
  create: (context, [{ fix, recent }]) =>
    reportFindings(context, 'no-deprecated-attributes', { fix: fix === true, asksFor: (finding) => recent === true || !isOfNewestConventions(finding), mend: (judged, analysis) => mendKey(judged, context.filename, analysis) }),
})
