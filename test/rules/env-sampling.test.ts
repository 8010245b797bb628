import rule from '../../rules/env-sampling.js'
import { oneSuggestion, ruleTester } from '../rule-tester.js'

const imports = `import { NodeSDK } from '@opentelemetry/sdk-node'
import { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-node'
`
const start = (sampler: string): string => `${imports}new NodeSDK({ sampler: ${sampler} }).start()`

ruleTester.run('env-sampling', rule, {
  valid: [
    { name: 'no sampler: the environment decides', code: `${imports}new NodeSDK().start()` },
    { name: 'a function that prints for developers', code: `${imports}function startConsoleExport() { new NodeSDK({ sampler: new TraceIdRatioBasedSampler(0.1) }).start() }` },
    { name: 'a ratio below a parent', code: start('new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) })') },
    { name: 'a ratio in some environments', code: start('isProduction ? new TraceIdRatioBasedSampler(0.1) : new AlwaysOnSampler()') },
    { name: 'a function of the file that gives one of two', code: `${start('makeSampler()')}\nfunction makeSampler() { if (isProduction) return new TraceIdRatioBasedSampler(0.1)\n  return new AlwaysOnSampler() }` },
    { name: 'a function of the file that chooses', code: `${start('makeSampler()')}\nfunction makeSampler() { return isProduction ? new TraceIdRatioBasedSampler(0.1) : new AlwaysOnSampler() }` },
    {
      name: 'a sampler that a switch chooses',
      code: `${imports}let sampler
switch (process.env.OTEL_TRACES_SAMPLER) {
  case 'traceidratio': sampler = new TraceIdRatioBasedSampler(1); break
  default: sampler = new AlwaysOnSampler()
}
new NodeSDK({ sampler }).start()`,
    },
    {
      name: 'a sampler that is set under a condition',
      code: `${imports}let sampler
if (process.env.SAMPLE) sampler = new TraceIdRatioBasedSampler(1)
new NodeSDK({ sampler }).start()`,
    },
    { name: 'a sampler of the project’s own', code: start('new TenantSampler(new TraceIdRatioBasedSampler(0.1))') },
    { name: 'always on, outside strict', code: start('new AlwaysOnSampler()') },
    {
      name: 'off where the condition around it says so',
      code: `${imports}if (process.env.NODE_ENV === 'test') new NodeSDK({ sampler: new AlwaysOffSampler() }).start()`,
    },
    {
      name: 'a provider that is not registered',
      code: `import { BasicTracerProvider, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base'
export const provider = new BasicTracerProvider({ sampler: new TraceIdRatioBasedSampler(0.1) })`,
    },
    { name: 'by name, below a parent', code: `import { registerOTel } from '@vercel/otel'\nregisterOTel({ traceSampler: 'parentbased_traceidratio' })` },
  ],
  invalid: [
    {
      name: 'a ratio that a function of the file gives',
      code: `${imports}const makeSampler = () => new TraceIdRatioBasedSampler(0.1)\nnew NodeSDK({ sampler: makeSampler() }).start()`,
      errors: [{ messageId: 'ratio', line: 3, suggestions: [{ messageId: 'wrap', output: `${imports}const makeSampler = () => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.1) })\nnew NodeSDK({ sampler: makeSampler() }).start()` }] }],
    },
    {
      name: 'a ratio that the last line of a function of the file gives',
      code: `${start('makeSampler()')}\nfunction makeSampler() { const ratio = Number(process.env.RATIO)\n  return new TraceIdRatioBasedSampler(ratio) }`,
      errors: [{ messageId: 'ratio', line: 5, suggestions: oneSuggestion }],
    },
    {
      name: 'a ratio without a parent',
      code: `import { NodeSDK } from '@opentelemetry/sdk-node'
import { TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-node'
new NodeSDK({ sampler: new TraceIdRatioBasedSampler(Number(process.env.RATIO)) }).start()`,
      errors: [
        {
          messageId: 'ratio',
          line: 3,
          column: 28,
          endColumn: 52,
          suggestions: [
            {
              messageId: 'wrap',
              output: `import { NodeSDK } from '@opentelemetry/sdk-node'
import { TraceIdRatioBasedSampler, ParentBasedSampler } from '@opentelemetry/sdk-trace-node'
new NodeSDK({ sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(Number(process.env.RATIO)) }) }).start()`,
            },
          ],
        },
      ],
    },
    {
      name: 'in a variable, in CommonJS, in a provider of its own, with --fix',
      options: [{ fix: true }],
      code: `const { tracing, node } = require('@opentelemetry/sdk-node')
const sampler = new tracing.TraceIdRatioBasedSampler(0.1)
const config = { sampler, spanProcessors }
const provider = new node.NodeTracerProvider(config)
provider.register()`,
      output: `const { tracing, node } = require('@opentelemetry/sdk-node')
const sampler = new tracing.ParentBasedSampler({ root: new tracing.TraceIdRatioBasedSampler(0.1) })
const config = { sampler, spanProcessors }
const provider = new node.NodeTracerProvider(config)
provider.register()`,
      errors: [{ messageId: 'ratio', line: 2, column: 29 }],
    },
    {
      name: 'by name',
      code: `import { registerOTel } from '@vercel/otel'\nregisterOTel({ traceSampler: "traceidratio" })`,
      errors: [
        {
          messageId: 'ratio',
          line: 2,
          suggestions: [
            {
              messageId: 'wrap',
              output: `import { registerOTel } from '@vercel/otel'\nregisterOTel({ traceSampler: "parentbased_traceidratio" })`,
            },
          ],
        },
      ],
    },
    { name: 'never', code: start('new AlwaysOffSampler()'), errors: [{ messageId: 'constant', line: 3, column: 28 }] },
    {
      name: 'always, in strict',
      options: [{ alwaysOn: true }],
      code: start('new AlwaysOnSampler()'),
      errors: [{ messageId: 'always', line: 3, column: 28 }],
    },
    {
      name: 'an SDK that is started elsewhere',
      code: `import { NodeSDK, tracing } from '@opentelemetry/sdk-node'
export const sdk = new NodeSDK({ sampler: new tracing.AlwaysOffSampler() })`,
      errors: [{ messageId: 'constant', line: 2 }],
    },
  ],
})
