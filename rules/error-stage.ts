import { messages } from '@spanguard/policy'
import { reportLives } from '../src/analysis/lifetimes/report.js'
import { createRule } from '../src/create-rule.js'

export default createRule({
  name: 'error-stage',
  meta: {
    type: 'suggestion',
    docs: { description: 'Require that an error path says at which stage it failed', recommended: false, strict: true, types: 'never' },
    messages: messages['error-stage'],
    schema: [],
  },
  create: (context) => reportLives(context, 'error-stage'),
})
