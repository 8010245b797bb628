import { judgeApproval, messages } from '@spanguard/policy'

import { fixOption, reportFinding } from '../src/analysis/report.js'
import { analyzeSetupWith } from '../src/analysis/setup/index.js'
import { createRule } from '../src/create-rule.js'
import { removeSecond } from './approved-setup/remove-second.js'

const WORDS = /TracerProvider\b|NodeSDK\b|registerOTel\b|startNodeSD[Kk]\b|initTracing\b|opentelemetry|@splunk\/otel|logfire/

export default createRule<[{ always?: boolean; fix?: boolean }], string>({
  name: 'approved-setup',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require tracing to be set up once, and only where the policy approves it',
      recommended: true,
      strict: true,
      strictOptions: [{ always: true }],
      types: 'never',
    },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['approved-setup'],
    schema: [
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          ...fixOption,
          always: {
            type: 'boolean',
            description: 'Report setup outside `@spanguard/runtime` when the config has no `setup.approved`. On in the preset `strict`.',
          },
        },
      },
    ],
    defaultOptions: [{ always: false, fix: false }],
  },
  create(context, [options]) {
    const setup = analyzeSetupWith(WORDS, context)
    if (setup === null) return {}
    const { approved, accept = [] } = setup.config.setup ?? {}
    const question = { accept, isApproved: setup.isApproved, always: options.always === true }
    return {
      Program() {
        const findings = judgeApproval(setup.providers, approved === undefined ? question : { ...question, approved })
        for (const finding of findings) reportFinding(context, finding, removeSecond(finding, setup), options.fix === true)
      },
    }
  },
})
