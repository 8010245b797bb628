import rule from '../../rules/valid-attribute-value.js'
import { findingsOnly, ruleTester } from '../rule-tester.js'

const head = `import { trace } from '@opentelemetry/api'\nconst span = trace.getActiveSpan()\n`

ruleTester.run('valid-attribute-value', findingsOnly(rule), {
  valid: [
    { name: 'a text, a number, a boolean', code: `${head}span.setAttributes({ a: 'x', b: 1, c: true })` },
    { name: 'an array of one kind', code: `${head}span.setAttribute('a', ['x', 'y'])` },
    { name: 'an array of unknown members', code: `${head}span.setAttribute('a', [x, y])` },
    { name: 'undefined is how an attribute is left out', code: `${head}span.setAttribute('a', undefined)` },
    { name: 'null on one side only', code: `${head}span.setAttribute('a', x ?? null)` },
    {
      name: 'a helper that is given null and asks for it before it writes',
      code: `${head}function end(status) { if (status !== null) span.setAttribute('http.response.status_code', status) }\nend(null)`,
    },
    { name: 'a helper that writes each entry of what it is given, in forEach', code: `${head}function note(attributes) { Object.entries(attributes).forEach(([key, value]) => { span.setAttributes({ [key]: value }) }) }\nnote({ a: 'x', b: 1 })` },
    { name: 'a helper that writes each entry, in a loop', code: `${head}function note(attributes) { for (const [key, value] of Object.entries(attributes)) span.setAttribute(key, value) }\nnote({ a: 'x', b: 1 })` },
    { name: 'each entry of an object of the file', code: `${head}const all = { a: 'x', b: 1 }\nfor (const [key, value] of Object.entries(all)) span.setAttribute(key, value)` },
    { name: 'each entry of an object that is written in place', code: `${head}Object.entries({ a: x, b: y }).forEach(([key, value]) => span.setAttribute(key, value))` },
    { name: 'a date as a text, and as a number', code: `${head}const due = new Date(order.due)\nspan.setAttributes({ a: due.toISOString(), b: due.getTime(), c: +due })` },
    { name: 'a class of the project that is called like one of the language', code: `${head}span.setAttribute('a', new calendar.Date(1))` },
    { name: 'a field of an object', code: `${head}const totals = { net: 1 }\nspan.setAttribute('a', totals.net)` },
    { name: 'a DOM node', code: `document.createElement('a').setAttribute('b', null)` },
  ],
  invalid: [
    { name: 'an entry of what a helper is given, which is an object itself', code: `${head}function note(attributes) { for (const [key, value] of Object.entries(attributes)) span.setAttribute(key, value) }\nnote({ a: 'x', b: { c: 1 } })`, errors: [{ messageId: 'object', line: 4, column: 19 }] },
    {
      name: 'an object',
      code: `${head}span.setAttribute('a', { b: 1 })`,
      errors: [{ messageId: 'object', line: 3, column: 24 }],
    },
    { name: 'an object behind a constant', code: `${head}const totals = { net: 1, gross: 2 }\nspan.setAttribute('a', totals)`, errors: [{ messageId: 'object', line: 4, column: 24 }] },
    { name: 'a date', code: `${head}span.setAttribute('a', new Date(order.due))`, errors: [{ messageId: 'instance', line: 3, column: 24 }] },
    { name: 'a map behind a constant', code: `${head}const seen = new Map()\nspan.setAttributes({ a: seen })`, errors: [{ messageId: 'instance', line: 4, column: 25 }] },
    { name: 'null', code: `${head}span.setAttributes({ a: null })`, errors: [{ messageId: 'nullish', line: 3, column: 25 }] },
    { name: 'a function', code: `${head}span.setAttribute('a', () => 1)`, errors: [{ messageId: 'function', line: 3, column: 24 }] },
    { name: 'members of two kinds', code: `${head}span.setAttribute('a', ['x', 1])`, errors: [{ messageId: 'mixed', line: 3, column: 24 }] },
    {
      name: 'a helper that is given an object',
      code: `${head}function note(value) { span.setAttribute('a', value) }\nnote({ b: 1 })`,
      errors: [{ messageId: 'object', line: 4, column: 6 }],
    },
  ],
})
