import rule from '../../rules/approved-setup.js'
import { findingsOnly, ruleTester } from '../rule-tester.js'

const providerAndSdk = `import { NodeSDK } from '@opentelemetry/sdk-node'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
const provider = new NodeTracerProvider({ spanProcessors: [processor] })
provider.register()
const sdk = new NodeSDK({ traceExporter: exporter })
sdk.start()
`

ruleTester.run('approved-setup', findingsOnly(rule), {
  valid: [
    {
      name: 'one SDK, started once',
      code: `import { NodeSDK } from '@opentelemetry/sdk-node'
const sdk = new NodeSDK()
sdk.start()`,
    },
    {
      name: 'one provider, registered by both ways',
      code: `import { trace } from '@opentelemetry/api'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
const provider = new NodeTracerProvider()
provider.register()
trace.setGlobalTracerProvider(provider)`,
    },
    {
      name: 'a second provider that nobody registers',
      code: `import { NodeSDK } from '@opentelemetry/sdk-node'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
export const silent = new NodeTracerProvider()
new NodeSDK().start()`,
    },
    {
      name: 'two providers in the two branches of a condition',
      code: `import { NodeSDK } from '@opentelemetry/sdk-node'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
const provider = new NodeTracerProvider()
const sdk = new NodeSDK()
if (process.env.FULL) sdk.start()
else provider.register()`,
    },
    {
      name: 'the first branch returns',
      code: `import { NodeSDK } from '@opentelemetry/sdk-node'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
function start() {
  if (process.env.PLAIN) {
    new NodeTracerProvider().register()
    return
  }
  new NodeSDK().start()
}`,
    },
    {
      name: 'two conditions, which may exclude each other',
      code: `import { NodeSDK } from '@opentelemetry/sdk-node'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
if (plain) new NodeTracerProvider().register()
if (!plain) new NodeSDK().start()`,
    },
    {
      name: 'two functions, of which a caller chooses one',
      code: `import { NodeSDK } from '@opentelemetry/sdk-node'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
export function forServices() { const sdk = new NodeSDK(); sdk.start(); return sdk }
export function forWorkers() { const provider = new NodeTracerProvider(); provider.register(); return provider }`,
    },
    {
      name: 'the first one is taken back in between',
      code: `import { trace } from '@opentelemetry/api'
import { NodeSDK } from '@opentelemetry/sdk-node'
const first = new NodeSDK()
first.start()
trace.disable()
const second = new NodeSDK()
second.start()`,
    },
    {
      name: 'an SDK that runs for its metrics only registers no tracer provider',
      code: `import { NodeSDK } from '@opentelemetry/sdk-node'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
new NodeTracerProvider({ spanProcessors: [processor] }).register()
new NodeSDK({ metricReaders: [reader], spanProcessors: [] }).start()`,
    },
    { name: 'classes of the same names from elsewhere', code: `import { NodeSDK } from './sdk'\nnew NodeSDK().start()\nnew NodeSDK().start()` },
    { name: 'in a test', filename: 'tracing.test.ts', code: providerAndSdk },
    {
      name: 'in a module that is approved',
      filename: 'src/tracing.ts',
      settings: { spanguard: { setup: { approved: ['./src/tracing.ts'] } } },
      code: `import { NodeSDK } from '@opentelemetry/sdk-node'\nnew NodeSDK().start()`,
    },
    {
      name: 'by a package that is approved',
      settings: { spanguard: { setup: { approved: ['@acme/tracing', '@vercel/otel'] } } },
      code: `import { registerOTel } from '@vercel/otel'\nregisterOTel('web')`,
    },
    {
      name: 'by a package that the team accepts',
      settings: { spanguard: { setup: { approved: ['./src/tracing.ts'], accept: ['@vercel/otel'] } } },
      code: `import { registerOTel } from '@vercel/otel'\nregisterOTel('web')`,
    },
    {
      name: 'by the runtime, always',
      options: [{ always: true }],
      code: `import { initTracing } from '@spanguard/runtime'\ninitTracing({ serviceName: 'checkout' })`,
    },
  ],
  invalid: [
    {
      name: 'a provider and an SDK',
      code: providerAndSdk,
      errors: [{ messageId: 'second', line: 5, column: 17, endColumn: 24, data: { product: '"NodeSDK"', first: '"NodeTracerProvider"' } }],
    },
    {
      name: 'CommonJS, through the namespace of the package',
      code: `const opentelemetry = require('@opentelemetry/sdk-node')
const { trace } = require('@opentelemetry/api')
const { TracerProvider } = require('@opentelemetry/sdk-trace')
trace.setGlobalTracerProvider(new TracerProvider())
new opentelemetry.NodeSDK().start()`,
      errors: [{ messageId: 'second', line: 5, column: 19 }],
    },
    {
      name: 'the first one under a condition, the second one always',
      code: `import { registerOTel } from '@vercel/otel'
import { NodeSDK } from '@opentelemetry/sdk-node'
export function register() {
  if (process.env.VERCEL) registerOTel('web')
  new NodeSDK().start()
}`,
      errors: [{ messageId: 'second', line: 5, column: 7 }],
    },
    {
      name: 'the runtime and an SDK of its own',
      code: `import { initTracing } from '@spanguard/runtime'
import { NodeSDK } from '@opentelemetry/sdk-node'
initTracing()
const sdk = new NodeSDK()
sdk.start()`,
      errors: [{ messageId: 'second', line: 4, column: 17 }],
    },
    {
      name: 'outside the approved module: one report',
      filename: 'src/server.ts',
      settings: { spanguard: { setup: { approved: ['./src/tracing.ts'] } } },
      code: `import { registerOTel } from '@vercel/otel'
export function register() { registerOTel('web') }
export function again() { registerOTel('api') }`,
      errors: [{ messageId: 'unapproved', line: 2, column: 30, data: { product: '"registerOTel"', approved: '"./src/tracing.ts"', note: '' } }],
    },
    {
      name: 'always: by the built-in list, with what the SDK calls it now; the one that runs, not the one that is made first',
      options: [{ always: true }],
      code: `import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
export const silent = new NodeTracerProvider()
const provider = new NodeTracerProvider()
provider.register()`,
      errors: [
        {
          messageId: 'unapproved',
          line: 3,
          column: 22,
          data: {
            product: '"NodeTracerProvider"',
            approved: '"@spanguard/runtime"',
            note: ' (Line 3 of the SDK has no `NodeTracerProvider`; what it was is `TracerProvider` of "@opentelemetry/sdk-trace".)',
          },
        },
      ],
    },
  ],
})
