import rule from '../../rules/error-stage.js'
import { ruleTester } from '../rule-tester.js'

const head = `import { SpanStatusCode, trace } from '@opentelemetry/api'\nimport { captureError, stage } from '@spanguard/runtime'\nconst tracer = trace.getTracer('x')\n`
const withCatch = (handler: string, work = 'await work()'): string => `${head}export const run = () => tracer.startActiveSpan('run', async (span) => {
  try { ${work} } catch (error) {
    ${handler}
  } finally { span.end() }
})`

ruleTester.run('error-stage', rule, {
  valid: [
    { name: 'the attribute', code: withCatch(`span.recordException(error); span.setAttribute('error.stage', 'payment'); throw error`) },
    { name: 'a constant of its name', code: withCatch(`span.recordException(error); span.setAttribute(ATTR_ERROR_STAGE, 'payment'); throw error`) },
    { name: 'captureError with a stage', code: withCatch(`captureError(error, { stage: 'payment' }); throw error`) },
    { name: 'the work is a stage', code: withCatch(`span.recordException(error); throw error`, `await stage('payment', () => work())`) },
    { name: 'best effort beside the main work', code: `${head}export const run = (page) => tracer.startActiveSpan('run', async (span) => {
  try { await work(); await more(); try { await page.close() } catch { logger.warn('x') } } finally { span.end() }
})` },
  ],
  invalid: [
    { name: 'recorded without a stage', code: withCatch(`span.recordException(error); throw error`), errors: [{ messageId: 'missing', line: 5, column: 24 }] },
    { name: 'the status alone', code: withCatch(`span.setStatus({ code: SpanStatusCode.ERROR })`), errors: [{ messageId: 'missing', line: 5 }] },
    { name: 'captureError without a stage', code: withCatch(`captureError(error); throw error`), errors: [{ messageId: 'missing', line: 5 }] },
    { name: 'thrown on', code: withCatch(`throw error`), errors: [{ messageId: 'missing', line: 5 }] },
  ],
})
