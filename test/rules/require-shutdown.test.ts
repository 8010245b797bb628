import rule from '../../rules/require-shutdown.js'
import { oneSuggestion, ruleTester } from '../rule-tester.js'

const sdk = `import { NodeSDK } from '@opentelemetry/sdk-node'\n`
const provider = `import { trace } from '@opentelemetry/api'
import { BatchSpanProcessor, ConsoleSpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
`
const made = `const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })\n`

/** What happens to a started SDK, and is no finding. */
const ended: readonly [name: string, code: string][] = [
  ['shut down on a signal', `const sdk = new NodeSDK()\nsdk.start()\nprocess.on('SIGTERM', () => { void sdk.shutdown().finally(() => process.exit(0)) })`],
  ['shut down before exit', `const sdk = new NodeSDK()\nsdk.start()\nprocess.once('beforeExit', async () => { await sdk.shutdown() })`],
  ['its shutdown handed to a helper', `const sdk = new NodeSDK()\nsdk.start()\nonExit(sdk.shutdown.bind(sdk))`],
  ['its shutdown taken out of it', `const sdk = new NodeSDK()\nsdk.start()\nconst { shutdown } = sdk\nonExit(shutdown)`],
  ['handed to a helper', `const sdk = new NodeSDK()\nsdk.start()\nshutDownGracefully({ tracing: sdk })`],
  ['handed to a function of this file that ends it', `const sdk = new NodeSDK()\nsdk.start()\nonExit(sdk)\nfunction onExit(it) { process.once('SIGTERM', () => it.shutdown()) }`],
  ['in a variable that another function ends', `let sdk\nexport function start() { sdk = new NodeSDK(); sdk.start() }\nexport async function stop() { await sdk?.shutdown() }`],
  ['exported', `export const sdk = new NodeSDK()\nsdk.start()`],
  ['exported in a list', `const sdk = new NodeSDK()\nsdk.start()\nexport { sdk as tracing }`],
  ['exported by default', `const sdk = new NodeSDK()\nsdk.start()\nexport default sdk`],
  ['exported by CommonJS', `const sdk = new NodeSDK()\nsdk.start()\nmodule.exports = { sdk }`],
  ['started in a function that prints for developers', `export function startConsoleExport() { const sdk = new NodeSDK(); sdk.start() }`],
  ['returned', `export function start() { const sdk = new NodeSDK(); sdk.start(); return sdk }`],
  ['returned in an object', `export const start = () => { const sdk = new NodeSDK(); sdk.start(); return { sdk, tracer: 1 } }`],
  ['returned as a function that ends it', `export function start() { const sdk = new NodeSDK(); sdk.start(); return () => sdk.shutdown() }`],
  ['put into a private field, and shut down in a hook', `class Tracing { private sdk = new NodeSDK(); start() { this.sdk.start() } async onModuleDestroy() { await this.sdk.shutdown() } }`],
  ['put into a private field, and ended in a listener', `class Tracing { #sdk; start() { this.#sdk = new NodeSDK(); this.#sdk.start(); process.once('SIGTERM', () => void this.#sdk?.shutdown()) } }`],
  ['put into a private field that a getter gives away', `class Tracing { #sdk = new NodeSDK(); start() { this.#sdk.start() } get sdk() { return this.#sdk } }`],
  ['put into a private field of an object that somebody is handed', `class Tracing { #sdk = new NodeSDK(); start() { this.#sdk.start(); endLater(this) } }`],
  ['put into a field', `class Tracing { start() { this.sdk = new NodeSDK(); this.sdk.start() } }`],
  ['never started here', `const sdk = new NodeSDK()\nregister(sdk)`],
  ['flushed by the instrumentation of AWS Lambda', `import { AwsLambdaInstrumentation } from '@opentelemetry/instrumentation-aws-lambda'\nnew NodeSDK({ instrumentations: [new AwsLambdaInstrumentation()] }).start()`],
  ['given what holds nothing', `import { SentrySpanProcessor } from '@sentry/opentelemetry'\nnew NodeSDK({ spanProcessors: [new SentrySpanProcessor()] }).start()`],
  ['disposed of', `async function main() { await using sdk = new NodeSDK(); sdk.start(); await work() }`],
  ['its processor exported, which handlers flush (across)', `import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-node'\nconst processor = new BatchSpanProcessor(exporter)\nconst sdk = new NodeSDK({ spanProcessors: [processor] })\nsdk.start()\nexport { processor }`],
  ['runs for its metrics only', `const sdk = new NodeSDK({ metricReaders: [reader], spanProcessors: [] })\nsdk.start()`],
]

ruleTester.run('require-shutdown', rule, {
  valid: [
    ...ended.map(([name, code]) => ({ name: `an SDK: ${name}`, code: sdk + code })),
    { name: 'a provider that is not registered', code: `${provider}${made}use(provider.getTracer('checkout'))` },
    { name: "a provider of Sentry's processor", code: `${provider}import { SentrySpanProcessor } from '@sentry/opentelemetry'\nconst provider = new NodeTracerProvider({ spanProcessors: [new SentrySpanProcessor()] })\nprovider.register()` },
    { name: 'a provider without a processor', code: `${provider}const provider = new NodeTracerProvider()\nprovider.register()` },
    {
      name: 'a provider that prints every span at once',
      code: `${provider}const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] })\nprovider.register()`,
    },
    {
      name: 'each span goes at once to an exporter of the project (temporal)',
      code: `${provider}import { SpanExporter } from './span-exporter'\nconst provider = new NodeTracerProvider()\nprovider.addSpanProcessor(new SimpleSpanProcessor(new SpanExporter()))\nprovider.register()`,
    },
    {
      name: 'a processor of this file that prints what has ended (keystone)',
      code: `${provider}function printer() { return { onStart() {}, onEnd(span) { console.log(span.name) }, async forceFlush() {}, async shutdown() {} } }\nconst provider = new NodeTracerProvider({ spanProcessors: [printer()] })\nprovider.register()`,
    },
    {
      name: 'the same in the options',
      code: `${provider}import { SpanExporter } from './span-exporter'\nconst provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new SpanExporter())] })\nprovider.register()`,
    },
    {
      name: 'the global provider is ended',
      code: `${provider}${made}provider.register()\nprocess.once('SIGTERM', () => trace.getTracerProvider().getDelegate().forceFlush())`,
    },
    {
      name: 'its processor is flushed',
      code: `${provider}const batch = new BatchSpanProcessor(exporter)\nnew NodeTracerProvider({ spanProcessors: [batch] }).register()\nonIdle(() => batch.forceFlush())`,
    },
    {
      name: 'its processor belongs to the caller',
      code: `${provider}export function start(processor) { const provider = new NodeTracerProvider({ spanProcessors: [processor] }); provider.register() }`,
    },
    {
      name: 'a handle that ends it',
      code: `import { startNodeSDK } from '@opentelemetry/sdk-node'\nconst handle = startNodeSDK()\nprocess.once('SIGTERM', () => handle.shutdown())`,
    },
    { name: 'distributions that end themselves', code: `import { registerOTel } from '@vercel/otel'\nregisterOTel('web')` },
    { name: 'in a browser', code: `import { WebTracerProvider } from '@opentelemetry/sdk-trace-web'\nnew WebTracerProvider({ spanProcessors }).register()` },
    { name: 'in a test', filename: 'tracing.test.ts', code: `${sdk}new NodeSDK().start()` },
    {
      name: 'a second provider, which another rule reports',
      code: `${sdk}const first = new NodeSDK()\nfirst.start()\nonExit(first)\nconst second = new NodeSDK()\nsecond.start()`,
    },
    ...[
      ['a race', `void Promise.race([sdk.shutdown(), deadline])`],
      ['a timer', `setTimeout(() => process.exit(1), 2000).unref()\n  void sdk.shutdown()`],
      ['a helper', `void withTimeout(sdk.shutdown(), 2000)`],
    ].map(([name, code]) => ({
      name: `strict: bounded by ${name}`,
      options: [{ deadline: true }] as [{ deadline: boolean }],
      code: `${sdk}const sdk = new NodeSDK()\nsdk.start()\nprocess.once('SIGTERM', () => {\n  ${code}\n})`,
    })),
    {
      name: 'strict: bounded by the exporter',
      options: [{ deadline: true }],
      code: `${sdk}const sdk = new NodeSDK({ traceExporter: new OTLPTraceExporter({ timeoutMillis: 2000 }) })\nsdk.start()\nprocess.once('SIGTERM', () => sdk.shutdown())`,
    },
    {
      name: 'strict: an exported function is bounded by its callers',
      options: [{ deadline: true }],
      code: `${sdk}const sdk = new NodeSDK()\nsdk.start()\nexport async function stop() { await sdk.shutdown() }`,
    },
  ],
  invalid: [
    { name: 'one provider, however it is made, is told of once', code: `${provider}let provider
provider = resource ? new NodeTracerProvider({ resource }) : new NodeTracerProvider()
provider.addSpanProcessor(new BatchSpanProcessor(exporter))
provider.register()`, errors: [{ messageId: 'missing', line: 6, suggestions: oneSuggestion }] },
    { name: "what holds spans, beside Sentry's processor", code: `${sdk}import { SentrySpanProcessor } from '@sentry/opentelemetry'\nimport { BatchSpanProcessor } from '@opentelemetry/sdk-trace-node'\nconst sdk = new NodeSDK({ spanProcessors: [new SentrySpanProcessor(), new BatchSpanProcessor(exporter)] })\nsdk.start()`, errors: [{ messageId: 'missing', suggestions: oneSuggestion }] },
    { name: 'one request for each span, which the end of the process may cut off', code: `${sdk}import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'\nimport { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'\nconst sdk = new NodeSDK({ spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter())] })\nsdk.start()`, errors: [{ messageId: 'missing', suggestions: oneSuggestion }] },
    { name: 'in a private field that nothing of its class ends', code: `${sdk}export class Telemetry {\n  private readonly sdk = new NodeSDK()\n  start() { this.sdk.start() }\n}`, errors: [{ messageId: 'missing', line: 4 }] },
    { name: 'in a private field that is assigned, of a provider that only makes tracers', code: `${provider}export class Telemetry {\n  #provider\n  start() {\n    this.#provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })\n    this.#provider.register()\n  }\n  tracer() { return this.#provider.getTracer('x') }\n}`, errors: [{ messageId: 'missing' }] },
    { name: 'its processor kept to the file', code: `${sdk}import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-node'\nconst processor = new BatchSpanProcessor(exporter)\nconst sdk = new NodeSDK({ spanProcessors: [processor] })\nsdk.start()\nexport const started = true`, errors: [{ messageId: 'missing', suggestions: oneSuggestion }] },
    {
      name: 'behind a guard that says when nothing is sent (trigger.dev)',
      code: `${provider}export function setup() {\n  if (process.env.OTEL_TRACE_DISABLED === '1') return\n  ${made.trim()}\n  provider.register()\n}`,
      errors: [{ messageId: 'missing', suggestions: oneSuggestion }],
    },
    {
      name: 'a function that sends',
      code: `${sdk}export function startZipkinExport() { const sdk = new NodeSDK(); sdk.start() }`,
      errors: [{ messageId: 'missing', suggestions: oneSuggestion }],
    },
    {
      name: 'a list that begins with a processor of this file, and is added to (trigger.dev)',
      code: `${provider}class Tagging { onStart(span) { span.setAttribute('a', 1) } onEnd() {} async forceFlush() {} async shutdown() {} }\nconst all = [new Tagging()]\nall.push(new BatchSpanProcessor(exporter))\nconst provider = new NodeTracerProvider({ spanProcessors: all })\nprovider.register()`,
      errors: [{ messageId: 'missing', suggestions: [{ messageId: 'insert', output: `${provider}class Tagging { onStart(span) { span.setAttribute('a', 1) } onEnd() {} async forceFlush() {} async shutdown() {} }\nconst all = [new Tagging()]\nall.push(new BatchSpanProcessor(exporter))\nconst provider = new NodeTracerProvider({ spanProcessors: all })\nprovider.register()\nprocess.once('SIGTERM', () => {\n  const deadline = new Promise((resolve) => setTimeout(resolve, 2500))\n  void Promise.race([provider.shutdown(), deadline]).finally(() => process.exit(0))\n})` }] }],
    },
    {
      name: 'a processor of this file that gathers spans in one of the SDK',
      code: `${provider}function filtering() { const batch = new BatchSpanProcessor(exporter); return { onStart() {}, onEnd(span) { if (span.name) batch.onEnd(span) }, async forceFlush() {}, async shutdown() {} } }\nconst provider = new NodeTracerProvider({ spanProcessors: [filtering()] })\nprovider.register()`,
      errors: [{ messageId: 'missing', suggestions: [{ messageId: 'insert', output: `${provider}function filtering() { const batch = new BatchSpanProcessor(exporter); return { onStart() {}, onEnd(span) { if (span.name) batch.onEnd(span) }, async forceFlush() {}, async shutdown() {} } }\nconst provider = new NodeTracerProvider({ spanProcessors: [filtering()] })\nprovider.register()\nprocess.once('SIGTERM', () => {\n  const deadline = new Promise((resolve) => setTimeout(resolve, 2500))\n  void Promise.race([provider.shutdown(), deadline]).finally(() => process.exit(0))\n})` }] }],
    },
    {
      name: 'an SDK that nothing ends',
      code: `import { NodeSDK } from '@opentelemetry/sdk-node'
const sdk = new NodeSDK()
sdk.start()
console.log(sdk, typeof sdk)
`,
      errors: [
        {
          messageId: 'missing',
          line: 3,
          column: 1,
          endColumn: 10,
          data: { product: '"NodeSDK"' },
          suggestions: [
            {
              messageId: 'insert',
              output: `import { NodeSDK } from '@opentelemetry/sdk-node'
const sdk = new NodeSDK()
sdk.start()
process.once('SIGTERM', () => {
  const deadline = new Promise((resolve) => setTimeout(resolve, 2500))
  void Promise.race([sdk.shutdown(), deadline]).finally(() => process.exit(0))
})
console.log(sdk, typeof sdk)
`,
            },
          ],
        },
      ],
    },
    {
      name: 'a provider in a function, with semicolons and double quotes; instrumentations do not end it',
      options: [{ deadline: true }],
      code: `import { trace } from "@opentelemetry/api";
import { TracerProvider } from "@opentelemetry/sdk-trace";
export function setup() {
  const provider = new TracerProvider({ spanProcessors });
  trace.setGlobalTracerProvider(provider);
  registerInstrumentations({ tracerProvider: provider });
  return trace.getTracer("checkout");
}
import { registerInstrumentations } from "@opentelemetry/instrumentation";`,
      errors: [
        {
          messageId: 'missing',
          line: 5,
          column: 3,
          suggestions: [
            {
              messageId: 'insert',
              output: `import { trace } from "@opentelemetry/api";
import { TracerProvider } from "@opentelemetry/sdk-trace";
export function setup() {
  const provider = new TracerProvider({ spanProcessors });
  trace.setGlobalTracerProvider(provider);
  process.once("SIGTERM", () => {
    const deadline = new Promise((resolve) => setTimeout(resolve, 2500));
    void Promise.race([provider.shutdown(), deadline]).finally(() => process.exit(0));
  });
  registerInstrumentations({ tracerProvider: provider });
  return trace.getTracer("checkout");
}
import { registerInstrumentations } from "@opentelemetry/instrumentation";`,
            },
          ],
        },
      ],
    },
    {
      name: 'an SDK without a name: nothing can end it, and nothing is suggested',
      code: `${sdk}new NodeSDK().start()`,
      errors: [{ messageId: 'missing', line: 2 }],
    },
    {
      name: 'a provider whose processors are added later, in the words of SDK 1, with --fix',
      options: [{ fix: true }],
      code: `const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')
const provider = new NodeTracerProvider()
provider.addSpanProcessor(processor)
provider.register()`,
      output: `const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')
const provider = new NodeTracerProvider()
provider.addSpanProcessor(processor)
provider.register()
process.once('SIGTERM', () => {
  const deadline = new Promise((resolve) => setTimeout(resolve, 2500))
  void Promise.race([provider.shutdown(), deadline]).finally(() => process.exit(0))
})`,
      errors: [{ messageId: 'missing', line: 4 }],
    },
    {
      name: 'what is shut down is the meter provider',
      code: `import { MeterProvider } from '@opentelemetry/sdk-metrics'
${provider}const meters = new MeterProvider()
new NodeTracerProvider({ spanProcessors }).register()
process.once('SIGTERM', () => meters.shutdown())`,
      errors: [{ messageId: 'missing', line: 5 }],
    },
    {
      name: 'a handle that is dropped',
      code: `import { startNodeSDK } from '@opentelemetry/sdk-node'\nstartNodeSDK()`,
      errors: [{ messageId: 'missing', line: 2, column: 1 }],
    },
    {
      name: 'strict: no deadline',
      options: [{ deadline: true }],
      code: `${sdk}const sdk = new NodeSDK()\nsdk.start()\nprocess.once('SIGTERM', () => sdk.shutdown())`,
      errors: [{ messageId: 'unbounded', line: 4, column: 31, endColumn: 43 }],
    },
  ],
})
