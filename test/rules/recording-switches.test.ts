import rule from '../../rules/no-unbounded-data.js'
import { findingsOnly, ruleTester } from '../rule-tester.js'
import { makeService } from './services.js'

const head = `import { trace } from '@opentelemetry/api'\nconst span = trace.getTracer('t').startSpan('chat.answer')\n`
const write = `span.setAttribute('order.request', JSON.stringify(input))`
const recorder = makeService('llm-observability', { exports: './index.js', types: './index.d.ts' })('index.ts')
const instrumentation = makeService('grpc-hooks', { exports: './index.js', types: './index.d.ts', dependencies: ['@opentelemetry/instrumentation'] })('index.ts')
const developed = makeService('chat-hooks', { exports: './index.js', files: ['dist'], scripts: { start: 'node try.js' }, dependencies: ['@opentelemetry/instrumentation'] })('index.ts')
const library = makeService('assistants', { exports: './index.js', types: './index.d.ts' })('index.ts')
const service = makeService('assistant-telemetry', { exports: './index.js', types: './index.d.ts', scripts: { start: 'node index.js' } })('index.ts')
const unpublished = makeService('internal-telemetry', { exports: './index.js', types: './index.d.ts', private: true })('index.ts')

/** Somebody switched the recording on, in all the forms in which programs ask for it. */
const switched: readonly [name: string, code: string][] = [
  ['an option', `if (options.recordInputs) ${write}`],
  ['a method', `if (this.shouldSendPrompts()) ${write}`],
  ['a method that is private by a hash', `if (this.#captureContent) ${write}`],
  ['a variable of the environment', `if (process.env.OTEL_CAPTURE_MESSAGE_CONTENT === 'true') ${write}`],
  ['a variable of the environment that is not switched off', `if (process.env.TRACE_CONTENT !== 'false') ${write}`],
  ['a state of the content', `if (config.content.enabled) ${write}`],
  ['is enabled', `if (isContentEnabled) ${write}`],
  ['a holder of switches', `if (telemetry.inputs) ${write}`],
  ['not hidden', `if (!config.hideInputs) ${write}`],
  ['not left out of the trace', `if (!this.excludeContentFromTrace) ${write}`],
  ['otherwise hidden', `if (config.hideInputs) { span.addEvent('chat.hidden') } else { ${write} }`],
  ['a guard', `function note() { if (!recordInputs) return\n${write} }`],
  ['a guard that throws', `function note() { if (disableContentCapture === true) { throw failure }\n${write} }`],
  ['a conditional value', `span.setAttribute('order.request', recordInputs ? JSON.stringify(input) : '')`],
  ['a value behind a variable', `const text = recordInputs ? JSON.stringify(input) : undefined\nspan.setAttribute('order.request', text)`],
  ['a variable that is filled', `let text = ''\nif (logPrompts) { text = JSON.stringify(input) }\nspan.setAttribute('order.request', text)`],
  ['a spread', `span.setAttributes({ ...(captureContent && { 'order.request': JSON.stringify(input) }) })`],
  ['an object that is filled', `const attributes = {}\nif (captureContent) attributes['order.request'] = JSON.stringify(input)\nspan.setAttributes(attributes)`],
  ['together with something else', `if (span.isRecording() && options.includeBody) ${write}`],
  ['a variable that holds it', `const wanted = options.capturePayload && isChat\nif (wanted) ${write}`],
  ['a name of it that was taken out', `const { recordOutputs: wanted } = settings\nif (wanted) ${write}`],
  ['for finding a fault', `if (isDebugEnabled()) ${write}`],
  ['inside a callback below it', `if (recordInputs) inputs.forEach((input) => { ${write} })`],
  ['the guard of a helper', `function note(value) { if (!recordInputs) return\nspan.setAttribute('order.request', value) }\nnote(JSON.stringify(input))`],
]

/** Conditions that ask something else. */
const unasked: readonly [name: string, code: string][] = [
  ['whether there is anything', `if (input !== undefined) ${write}`],
  ['whether what is written is there', `if (recordData) span.setAttribute('order.request', JSON.stringify(recordData))`],
  ['whether it is a chat', `if (operation === 'chat') ${write}`],
  ['whether the span records', `if (span.isRecording()) ${write}`],
  ['whether it is hidden', `if (config.hideInputs) ${write}`],
  ['the other branch', `if (recordInputs) { span.addEvent('chat.recorded') } else { ${write} }`],
  ['one of two', `if (recordInputs || isChat) ${write}`],
  ['whether there are options', `if (options.body) ${write}`],
  ['a guard that goes on', `if (!recordInputs) log()\n${write}`],
  ['what is switched on', `if (tracingEnabled) ${write}`],
]

// The suite's name is the rule's: which rules are on is read off it.
ruleTester.run('no-unbounded-data', findingsOnly(rule), {
  valid: [
    ...switched.map(([name, code]) => ({ name: `switched on: ${name}`, code: head + code })),
    { name: 'what was given, in a library that is published to trace', filename: recorder, code: `${head}span.setAttribute('llm.input_messages', JSON.stringify(given))` },
    { name: 'the same in one that brings an instrumentation', filename: instrumentation, code: `${head}span.setAttribute('rpc.request.payload', JSON.stringify(request))` },
    { name: 'the same where a script starts it for those who develop it (langtrace)', filename: developed, code: `${head}span.setAttribute('rpc.request.payload', JSON.stringify(request))` },
  ],
  invalid: [
    ...unasked.map(([name, code]) => ({ name: `not a switch: ${name}`, code: head + code, errors: [{ messageId: 'payload' as const }] })),
    { name: 'a library for something else', filename: library, code: `${head}span.setAttribute('llm.input_messages', JSON.stringify(given))`, errors: [{ messageId: 'payload' }] },
    { name: 'a stack, in a library that is published to trace', filename: recorder, code: `${head}span.setAttribute('error.stack', error.stack)`, errors: [{ messageId: 'stack' }] },
    { name: 'what a model was given, in a service', filename: service, code: `${head}span.setAttribute('llm.input_messages', JSON.stringify(given))`, errors: [{ messageId: 'payload' }] },
    { name: 'in a package that nobody else installs', filename: unpublished, code: `${head}span.setAttribute('llm.input_messages', JSON.stringify(given))`, errors: [{ messageId: 'payload' }] },
    { name: 'a body of a request, in a library', filename: library, code: `${head}span.setAttribute('http.request.body', JSON.stringify(req.body))`, errors: [{ messageId: 'payload' }] },
    { name: 'what a switch does not change: a key that varies', code: `${head}if (recordInputs) for (const item of items) span.setAttribute(\`item.\${item.id}\`, 1)`, errors: [{ messageId: 'key' }] },
  ],
})
