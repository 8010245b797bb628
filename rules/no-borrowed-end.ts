import { messages } from '@spanguard/policy'
import { reportLives } from '../src/analysis/lifetimes/report.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { removeEnd } from './no-borrowed-end/remove-end.js'

interface Options {
  fix: boolean
}

export default createRule<[Options], keyof (typeof messages)['no-borrowed-end']>({
  name: 'no-borrowed-end',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow ending a span that somebody else started', recommended: true, strict: true, types: 'never' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['no-borrowed-end'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportLives(context, 'no-borrowed-end', {
      fix,
      mend: ({ fact }, analysis) => {
        const edits = removeEnd(analysis.nodeOf(fact.origin), analysis.sourceCode)
        return edits === null ? null : { messageId: 'remove', edits }
      },
    }),
})
