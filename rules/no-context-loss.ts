import { judgeContextBreak, messages } from '@spanguard/policy'

import { fixOption, reportFinding } from '../src/analysis/report.js'
import { analyzeSetup } from '../src/analysis/setup/index.js'
import { createRule } from '../src/create-rule.js'
import { addHeaders } from './no-context-loss/add-headers.js'
import { wrapReceiver } from './no-context-loss/wrap-receiver.js'

export default createRule<[{ fix?: boolean }], string>({
  name: 'no-context-loss',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require producers to inject the trace context into their messages, and consumers to extract it',
      recommended: false,
      strict: true,
      types: 'never',
      everyFile: true,
    },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['no-context-loss'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create(context, [{ fix }]) {
    if (!/\b(?:amqplib|bullmq|kafkajs|nats|PRODUCER|CONSUMER)\b/.test(context.sourceCode.text)) return {}
    const setup = analyzeSetup(context)
    if (setup === null) return {}
    return {
      Program() {
        for (const found of setup.contextBreaks) {
          for (const finding of judgeContextBreak(found)) reportFinding(context, finding, addHeaders(found, context.filename, setup.analysis) ?? wrapReceiver(found, context.filename, setup.analysis), fix === true)
        }
      },
    }
  },
})
