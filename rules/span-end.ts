import { messages } from '@spanguard/policy'
import { reportLives } from '../src/analysis/lifetimes/report.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { endInFinally } from './span-end/end-in-finally.js'

interface Options {
  fix: boolean
}

export default createRule<[Options], keyof (typeof messages)['span-end']>({
  name: 'span-end',
  meta: {
    type: 'problem',
    docs: { description: 'Require that a span is ended on every path', recommended: true, strict: true, types: 'optional' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['span-end'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportLives(context, 'span-end', {
      fix,
      mend: ({ fact, finding, span }, analysis) => {
        const edits = span === null || fact.fact !== 'span-lifetime' ? null : endInFinally(span, fact, analysis)
        return edits === null ? null : { messageId: 'wrap', data: finding.data, edits }
      },
    }),
})
