import { messages } from '@spanguard/policy'
import { reportLives } from '../src/analysis/lifetimes/report.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { moveBeforeEnd } from './no-use-after-end/move-before-end.js'

export default createRule<[{ fix?: boolean }], keyof (typeof messages)['no-use-after-end']>({
  name: 'no-use-after-end',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow writing to a span after its end', recommended: true, strict: true, types: 'never' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['no-use-after-end'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportLives(context, 'no-use-after-end', {
      fix: fix === true,
      mend: ({ finding, span }, analysis) => {
        const edits = span === null ? null : moveBeforeEnd(analysis.nodeOf(finding.origin), span, analysis)
        return edits === null ? null : { messageId: 'move', edits }
      },
    }),
})
