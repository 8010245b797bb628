import { judgeContextBreak, messages } from '@spanguard/policy'

import { analyzeSetup } from '../src/analysis/setup/index.js'
import { createRule } from '../src/create-rule.js'
import { reportFinding } from '../src/fix/index.js'

export default createRule<[], string>({
  name: 'no-context-loss',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require producers to inject the trace context into their messages, and consumers to extract it',
      recommended: false,
      strict: true,
      types: 'never',
    },
    messages: messages['no-context-loss'],
    schema: [],
  },
  create(context) {
    if (!/\b(?:amqplib|bullmq|kafkajs|nats|PRODUCER|CONSUMER)\b/.test(context.sourceCode.text)) return {}
    const setup = analyzeSetup(context)
    if (setup === null) return {}
    return {
      Program() {
        for (const found of setup.contextBreaks) {
          for (const finding of judgeContextBreak(found)) reportFinding(context, finding, null, false)
        }
      },
    }
  },
})
