/** Methods of a span that give the span back. Source: `@opentelemetry/api`, `trace/span.d.ts`. */
export const chaining: ReadonlySet<string> = new Set([
  'addEvent',
  'addLink',
  'addLinks',
  'setAttribute',
  'setAttributes',
  'setStatus',
  'updateName',
])
