import { judgeEndpoint, messages } from '@spanguard/policy'

import { analyzeSetup } from '../src/analysis/setup/index.js'
import { createRule } from '../src/create-rule.js'
import { reportFinding } from '../src/fix/index.js'

export default createRule<[], string>({
  name: 'secure-exporter',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow plain HTTP to public hosts and credentials in the source of an exporter',
      recommended: true,
      strict: true,
      types: 'never',
    },
    messages: messages['secure-exporter'],
    schema: [],
  },
  create(context) {
    if (!/Exporter\b|OTEL_EXPORTER_|apiKey|accessToken|logfire/.test(context.sourceCode.text)) return {}
    const setup = analyzeSetup(context)
    if (setup === null) return {}
    return {
      Program() {
        // One value may be given to two exporters; it is wrong once.
        const seen = new Set<string>()
        for (const endpoint of setup.endpoints) {
          for (const finding of judgeEndpoint(endpoint, setup.analysis.policy)) {
            if (seen.has(finding.subject)) continue
            seen.add(finding.subject)
            reportFinding(context, finding, null, false)
          }
        }
      },
    }
  },
})
