import { messages } from '@spanguard/policy'
import { reportLives } from '../src/analysis/lifetimes/report.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { accessSpan } from '../src/fix/span-access.js'
import { recordError } from '../src/fix/record-error.js'

interface Options {
  fix: boolean
}

export default createRule<[Options], keyof (typeof messages)['no-swallowed-error']>({
  name: 'no-swallowed-error',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow catching the error of a span’s work without telling the span', recommended: true, strict: true, types: 'never' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['no-swallowed-error'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportLives(context, 'no-swallowed-error', {
      fix,
      mend: ({ fact, span }, analysis) => {
        const handler = analysis.nodeOf(fact.origin)
        const access = span === null ? null : accessSpan(span)
        if (handler.type !== 'CatchClause' || access === null) return null
        const edits = recordError(handler, { span: access, record: true }, context.filename, analysis)
        return edits === null ? null : { messageId: 'record', edits }
      },
    }),
})
