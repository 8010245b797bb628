import rule from '../../rules/batch-export.js'
import { oneSuggestion, ruleTester } from '../rule-tester.js'
import { makeService } from './services.js'

const command = makeService('export-command', { dependencies: ['chalk'], bin: 'dist/cli.js' })
const server = makeService('export-server', { dependencies: ['fastify'], bin: 'dist/cli.js' })

const sdk = `import { BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
`
const toConsole = `new SimpleSpanProcessor(new ConsoleSpanExporter())`

/** Conditions that say: not in production, or because somebody asked for it, or since nothing else is configured. */
const development: readonly [name: string, code: string][] = [
  ['an environment', `if (process.env.NODE_ENV === 'development') processors.push(${toConsole})`],
  ['not production', `if (process.env.NODE_ENV !== 'production') processors.push(${toConsole})`],
  ['what production is not', `if (isProduction) processors.push(batch)\nelse processors.push(${toConsole})`],
  ['a flag', `const processors = config.debug ? [${toConsole}] : [batch]`],
  ['a flag of the environment', `process.env.OTEL_DEBUG === '1' && processors.push(${toConsole})`],
  ['a flag in a variable of another name', `const chatty = process.env.VERBOSE === 'true'\nif (chatty) processors.push(${toConsole})`],
  ['a spread', `const processors = [batch, ...(isDev ? [${toConsole}] : [])]`],
  ['an exporter by name', `switch (process.env.EXPORTER) { case 'console': use(${toConsole}); break; default: use(batch) }`],
  ['a table by name', `const exporters = { console: () => new ConsoleSpanExporter(), otlp: () => otlp }`],
  ['a list of names', `if (exporters.includes('console')) processors.push(${toConsole})`],
  ['a list of environments', `if (['test', 'local'].includes(process.env.STAGE)) processors.push(${toConsole})`],
  ['another kind than those that send', `if (exporter.type === 'otlp') use(batch)\nelse if (exporter.type === 'zipkin') use(other)\nelse use(${toConsole})`],
  ['a level of an enum (opentelemetry-lambda)', `if (level === DiagLogLevel.DEBUG) processors.push(${toConsole})`],
  ['an environment that is a member of an enum', `if (config.stage !== Stage.Production) processors.push(${toConsole})`],
  ['no endpoint', `if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT) processors.push(${toConsole})`],
  ['an empty list of exporters', `const exporters = []\nif (config.url) exporters.push(otlp)\nif (exporters.length === 0) exporters.push(new ConsoleSpanExporter())`],
  ['a list of processors that holds nothing', `if (!processors.length) processors.push(${toConsole})`],
  ['no endpoint is left', `if (config.tracing.otlpTracesEndpoint) { use(batch) } else { use(${toConsole}) }`],
  ['a guard', `function setup() {\n  if (process.env.NODE_ENV === 'production') return\n  use(${toConsole})\n}`],
  ['a function of its own', `function startDevTracing() { use(${toConsole}) }`],
  ['a function that is called in development only', `function print() { use(${toConsole}) }\nif (isDev) print()`],
  ['a variable that is used in development only', `const printing = ${toConsole}\nif (isDev) use(printing)`],
  ['what a variable begins with, and is replaced by under a condition', `let exporter = new ConsoleSpanExporter()\nif (!consoleOnly) exporter = new OtlpExporter()\nuse(exporter)`],
  ['batches by configuration', `use(config.batching ? new BatchSpanProcessor(exporter) : new SimpleSpanProcessor(exporter))`],
]

ruleTester.run('batch-export', rule, {
  valid: [
    ...development.map(([name, code]) => ({ name: `under a condition: ${name}`, code: sdk + code })),
    { name: 'a benchmark, which measures one way of sending against another', filename: 'benchmarks/apollo/index.js', code: `${sdk}use(new SimpleSpanProcessor(exporter))` },
    { name: 'a command that serves nothing, which makes a few spans and ends', filename: command('src/tracing.ts'), code: `${sdk}use(new SimpleSpanProcessor(exporter))` },
    { name: 'batches', code: `${sdk}use(new BatchSpanProcessor(exporter))` },
    { name: 'an exporter of the project, which may send nothing anywhere (temporal)', code: `${sdk}import { WorkflowExporter } from './workflow-exporter'\nuse(new SimpleSpanProcessor(new WorkflowExporter()))` },
    { name: 'an exporter of the project that is said to keep spans in memory (review-yeti-bot)', code: `${sdk}import { inMemorySpanExporter } from './spans'\nuse(new SimpleSpanProcessor(inMemorySpanExporter))` },
    { name: 'a class of this file as the exporter', code: `${sdk}class Keep { export() {} shutdown() {} }\nconst exporter = new Keep()\nuse(new SimpleSpanProcessor(exporter))` },
    { name: 'a Lambda, which freezes before a batch is sent', code: `${sdk}const name = process.env.AWS_LAMBDA_FUNCTION_NAME\nuse(new SimpleSpanProcessor(exporter))` },
    { name: 'under a kind of debugging (autotel)', code: `${sdk}if (debugMode === 'pretty') use(new SimpleSpanProcessor(exporter))` },
    { name: 'unused', code: `${sdk}const printing = new ConsoleSpanExporter()` },
    { name: 'imported and commented out', code: `${sdk}// use(${toConsole})` },
    {
      name: 'in memory',
      code: `import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
use(new SimpleSpanProcessor(new InMemorySpanExporter()))`,
    },
    { name: 'a class of the same name from elsewhere', code: `import { SimpleSpanProcessor } from './processors'\nuse(new SimpleSpanProcessor(exporter))` },
    { name: 'in a file for development', filename: 'src/tracing.dev.ts', code: `${sdk}use(${toConsole})` },
    { name: 'printed in an example, which is run to be looked at', filename: 'examples/basic/tracing.ts', code: `${sdk}use(${toConsole})` },
    { name: 'printed in a playground', filename: 'packages/otel-playground/tracing.ts', code: `${sdk}use(${toConsole})` },
    { name: 'in a test', filename: 'src/tracing.spec.ts', code: `${sdk}use(${toConsole})` },
    {
      name: 'in a browser',
      code: `import { SimpleSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web'\nuse(new SimpleSpanProcessor(exporter))`,
    },
  ],
  invalid: [
    { name: 'an exporter of the project whose name says nothing', code: `${sdk}import { spanExporter } from './spans'\nuse(new SimpleSpanProcessor(spanExporter))`, errors: [{ messageId: 'simple', line: 3, suggestions: oneSuggestion }] },
    { name: 'behind a flag that says that it has been done', code: `${sdk}let otelEnabled = false\nfunction start() {\n  if (otelEnabled) return\n  use(new SimpleSpanProcessor(exporter))\n  otelEnabled = true\n}`, errors: [{ messageId: 'simple', line: 5, suggestions: oneSuggestion }] },
    { name: 'a list that holds something', code: `${sdk}if (exporters.length > 1) exporters.push(new ConsoleSpanExporter())`, errors: [{ messageId: 'console', line: 2 }] },
    { name: 'a list of another kind', code: `${sdk}if (orders.length === 0) exporters.push(new ConsoleSpanExporter())`, errors: [{ messageId: 'console', line: 2 }] },
    { name: 'a variable that is filled twice, each time for certain', code: `${sdk}let exporter = new ConsoleSpanExporter()\nuse(exporter)\nexporter = other`, errors: [{ messageId: 'console', line: 2 }] },
    { name: 'a command that brings a server', filename: server('src/tracing.ts'), code: `${sdk}use(new SimpleSpanProcessor(exporter))`, errors: [{ messageId: 'simple', line: 2, suggestions: oneSuggestion }] },
    { name: 'a folder that is called after a bench in a garden', filename: 'workbench/index.js', code: `${sdk}use(new SimpleSpanProcessor(exporter))`, errors: [{ messageId: 'simple', line: 2, suggestions: oneSuggestion }] },
    {
      name: 'span by span over the network; the import goes along',
      code: `import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
use(new SimpleSpanProcessor(new OTLPTraceExporter()))`,
      errors: [
        {
          messageId: 'simple',
          line: 2,
          column: 9,
          endColumn: 28,
          suggestions: [
            {
              messageId: 'useBatch',
              output: `import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
use(new BatchSpanProcessor(new OTLPTraceExporter()))`,
            },
          ],
        },
      ],
    },
    {
      name: 'the form of sdk-trace, through a namespace',
      code: `const sdk = require('@opentelemetry/sdk-trace')
use(new sdk.SimpleSpanProcessor({ exporter }))`,
      errors: [
        {
          messageId: 'simple',
          line: 2,
          column: 13,
          suggestions: [
            {
              messageId: 'useBatch',
              output: `const sdk = require('@opentelemetry/sdk-trace')
use(new sdk.BatchSpanProcessor({ exporter }))`,
            },
          ],
        },
      ],
    },
    {
      name: 'under a condition that says nothing of development, twice: the import stays and gets company',
      code: `import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
if (process.env.EXPORTER === 'zipkin') use(new SimpleSpanProcessor(zipkin))
if (tenant) use(new SimpleSpanProcessor(otlp))`,
      errors: [
        {
          messageId: 'simple',
          line: 2,
          suggestions: [
            {
              messageId: 'useBatch',
              output: `import { SimpleSpanProcessor, BatchSpanProcessor } from '@opentelemetry/sdk-trace-node'
if (process.env.EXPORTER === 'zipkin') use(new BatchSpanProcessor(zipkin))
if (tenant) use(new SimpleSpanProcessor(otlp))`,
            },
          ],
        },
        {
          messageId: 'simple',
          line: 3,
          suggestions: [
            {
              messageId: 'useBatch',
              output: `import { SimpleSpanProcessor, BatchSpanProcessor } from '@opentelemetry/sdk-trace-node'
if (process.env.EXPORTER === 'zipkin') use(new SimpleSpanProcessor(zipkin))
if (tenant) use(new BatchSpanProcessor(otlp))`,
            },
          ],
        },
      ],
    },
    {
      name: 'where an endpoint is configured',
      code: `import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
if (config.endpoint) use(new SimpleSpanProcessor(exporter))`,
      options: [{ fix: true }],
      output: `import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
if (config.endpoint) use(new BatchSpanProcessor(exporter))`,
      errors: [{ messageId: 'simple', line: 2 }],
    },
    {
      name: 'twice with --fix: in two passes, and no import is left over',
      options: [{ fix: true }],
      code: `import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
use(NodeTracerProvider, new SimpleSpanProcessor(zipkin), new SimpleSpanProcessor(otlp))`,
      output: [
        `import { NodeTracerProvider, SimpleSpanProcessor, BatchSpanProcessor } from '@opentelemetry/sdk-trace-node'
use(NodeTracerProvider, new BatchSpanProcessor(zipkin), new SimpleSpanProcessor(otlp))`,
        `import { NodeTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-node'
use(NodeTracerProvider, new BatchSpanProcessor(zipkin), new BatchSpanProcessor(otlp))`,
      ],
      errors: [
        { messageId: 'simple', line: 2 },
        { messageId: 'simple', line: 2 },
      ],
    },
    {
      name: 'in production only',
      code: `import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
if (process.env.NODE_ENV === 'production') use(new SimpleSpanProcessor(exporter))`,
      options: [{ fix: true }],
      output: `import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
if (process.env.NODE_ENV === 'production') use(new BatchSpanProcessor(exporter))`,
      errors: [{ messageId: 'simple', line: 2 }],
    },
    {
      name: 'to the console: said once, of the exporter',
      code: `${sdk}use(${toConsole})`,
      errors: [{ messageId: 'console', line: 2, column: 33 }],
    },
    {
      name: 'to the console, of an SDK',
      code: `import { ConsoleSpanExporter, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { NodeSDK } from '@opentelemetry/sdk-node'
new NodeSDK({ traceExporter: new ConsoleSpanExporter() }).start()`,
      errors: [{ messageId: 'console', line: 3 }],
    },
    {
      name: 'to the console, and elsewhere where a variable is used in development and in production',
      code: `${sdk}const printing = new ConsoleSpanExporter()
if (isDev) use(printing)
use(printing)`,
      errors: [{ messageId: 'console', line: 2 }],
    },
  ],
})
