import { messages, shorten } from '@spanguard/policy'
import { reportLives } from '../src/analysis/lifetimes/report.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { setStage } from './error-stage/set-stage.js'

export default createRule<[{ fix?: boolean }], keyof (typeof messages)['error-stage']>({
  name: 'error-stage',
  meta: {
    type: 'suggestion',
    docs: { description: 'Require that an error path says at which stage it failed', recommended: false, strict: true, types: 'never' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['error-stage'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportLives(context, 'error-stage', {
      fix: fix === true,
      mend: ({ fact, span }, analysis) => {
        const set = span === null ? null : setStage(analysis.nodeOf(fact.origin), span, analysis)
        return set === null ? null : { messageId: 'set', data: { stage: shorten(set.stage) }, edits: set.edits }
      },
    }),
})
