import { judgeEndpoint, messages } from '@spanguard/policy'

import { fixOption, reportFinding } from '../src/analysis/report.js'
import { openFile } from '../src/analysis/index.js'
import { setupOf } from '../src/analysis/setup/index.js'
import { createRule } from '../src/create-rule.js'
import { mendEndpoint } from './secure-exporter/mend-endpoint.js'

const WORDS = /Exporter\b|OTEL_EXPORTER_|apiKey|accessToken|logfire/

export default createRule<[{ fix?: boolean }], string>({
  name: 'secure-exporter',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow plain HTTP to public hosts and credentials in the source of an exporter',
      recommended: true,
      strict: true,
      types: 'never',
      everyPlace: true,
    },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['secure-exporter'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create(context, [{ fix }]) {
    const file = openFile(context)
    // An environment is configured without a call.
    const setup = file.mentionsSetup && WORDS.test(context.sourceCode.text) ? setupOf(file, context) : null
    if (setup === null) return {}
    return {
      Program() {
        // One value may be given to two exporters; it is wrong once.
        const seen = new Set<string>()
        for (const endpoint of setup.endpoints) {
          for (const finding of judgeEndpoint(endpoint, setup.analysis.policy)) {
            if (seen.has(finding.subject)) continue
            seen.add(finding.subject)
            reportFinding(context, finding, mendEndpoint(finding, endpoint, setup.analysis), fix === true)
          }
        }
      },
    }
  },
})
