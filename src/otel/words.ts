import { receiverMethods, tracingApis } from './index.js'
import type { CallRow } from './tracing-api.js'

/** What a call says that no other library's call of that name says: `end`, `add`, `setStatus` and `inject` stand everywhere. */
const telling: ReadonlySet<CallRow['fact']> = new Set([
  'attribute-write',
  'baggage-write',
  'event-write',
  'exception-write',
  'span-rename',
  'span-start',
])

const methods = [
  ...Object.values(receiverMethods).flatMap((rows) => Object.entries(rows)),
  ...tracingApis.flatMap((api) => Object.entries(api.exports).flatMap(([name, { call }]) => (call === undefined ? [] : [[name, call] as const]))),
].flatMap(([name, { fact }]) => (telling.has(fact) ? [name] : []))

/** Any package of OpenTelemetry hands spans about; of others only the module itself does. */
const modules = tracingApis.flatMap(({ modules: names }) => names.map((name) => (name.startsWith('@opentelemetry/') ? '@opentelemetry/' : `${name}['"\`]`)))

/** Without one of these in its text no file starts a span or writes to one: the modules and the calls of the tables. */
export const tracingWords = new RegExp(`${[...new Set(modules)].join('|')}|\\b(?:${[...new Set(methods)].sort().join('|')})\\b`)
