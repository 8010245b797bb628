import { messages } from '@spanguard/policy'
import { reportLives } from '../src/analysis/lifetimes/report.js'
import { createRule } from '../src/create-rule.js'

export default createRule({
  name: 'no-use-after-end',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow writing to a span after its end', recommended: true, strict: true, types: 'never' },
    messages: messages['no-use-after-end'],
    schema: [],
  },
  create: (context) => reportLives(context, 'no-use-after-end'),
})
