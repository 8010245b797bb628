import { messages } from '@spanguard/policy'
import { getEnclosingFunction } from '../src/analysis/bindings.js'
import { fixOption, reportLives } from '../src/analysis/lifetimes/report.js'
import { createRule } from '../src/create-rule.js'

interface Options {
  fix: boolean
}

export default createRule<[Options], keyof (typeof messages)['await-before-end']>({
  name: 'await-before-end',
  meta: {
    type: 'problem',
    docs: { description: 'Require that a promise settles before the span around it ends', recommended: true, strict: true, types: 'optional' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['await-before-end'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportLives(context, 'await-before-end', {
      fix,
      mend: ({ finding: { origin } }, analysis) => {
        const inside = getEnclosingFunction(analysis.nodeOf(origin))
        if (inside?.async !== true || inside.generator) return null
        return { messageId: 'addAwait', changes: [{ range: [origin.start, origin.start], text: 'await ' }] }
      },
    }),
})
