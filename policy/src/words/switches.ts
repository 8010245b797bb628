/** Verbs before what a switch lets into a trace: `captureContent`, `shouldSendPrompts`, `OTEL_LOG_BODIES`. Sorted. */
export const recordingVerbs: ReadonlySet<string> = new Set([
  'allow', 'capture', 'captures', 'collect', 'dump', 'enable', 'enabled', 'expose', 'include', 'includes', 'log', 'record', 'records', 'send', 'trace',
])

/** The same behind it: `isContentEnabled`, `bodyCapture`. */
export const recordingNouns: ReadonlySet<string> = new Set(['allowed', 'capture', 'captured', 'collection', 'enabled', 'logging', 'recorded', 'recording'])

/** What is recorded whole or not at all. */
export const contentWords: ReadonlySet<string> = new Set([
  'arg', 'args', 'argument', 'arguments', 'bodies', 'body', 'completion', 'completions', 'content', 'contents', 'data', 'document', 'documents', 'header', 'headers',
  'input', 'inputs', 'io', 'message', 'messages', 'output', 'outputs', 'param', 'parameter', 'parameters', 'params', 'payload', 'payloads', 'pii', 'prompt', 'prompts',
  'queries', 'query', 'response', 'responses', 'result', 'results', 'sql', 'statement', 'statements', 'variables',
])

/** Switches the other way round: `hideInputs`, `disableContentCapture`. */
export const hidingWords: ReadonlySet<string> = new Set([
  'disable', 'disabled', 'exclude', 'hide', 'hidden', 'mask', 'omit', 'private', 'redact', 'sanitize', 'skip', 'strip', 'suppress', 'without',
])

/** Where it is recorded, or is not: `excludeContentFromTrace`. */
export const traceWords: ReadonlySet<string> = new Set(['from', 'in', 'on', 'span', 'spans', 'telemetry', 'to', 'trace', 'traces', 'tracing'])

/** Words that are a switch by themselves: somebody looks for a fault. */
export const debuggingWords: ReadonlySet<string> = new Set(['debug', 'debugging', 'verbose'])

/** Words in the name of what holds nothing but switches: `telemetry.inputs`, `flags.content`. */
export const switchHolders: ReadonlySet<string> = new Set(['capture', 'features', 'flags', 'privacy', 'record', 'recording', 'telemetry', 'tracing'])
