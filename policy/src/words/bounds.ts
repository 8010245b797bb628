/** Last words of a name whose values have no bound. `key` and `path` are judged with the word before them. */
export const unboundedWords: ReadonlySet<string> = new Set([
  'address', 'body', 'content', 'date', 'email', 'filename', 'filepath', 'guid', 'hash', 'href', 'id', 'identifier', 'ids',
  'input', 'ip', 'message', 'msg', 'nonce', 'now', 'pathname', 'payload', 'phone', 'prompt', 'random', 'search', 'sha', 'slug',
  'sql', 'text', 'time', 'timestamp', 'title', 'token', 'ulid', 'uri', 'url', 'username', 'uuid',
])

/** Before `id`: things of which a program knows a handful. */
export const boundedOwners: ReadonlySet<string> = new Set([
  'action', 'chain', 'cluster', 'command', 'currency', 'dataset', 'definition', 'feature', 'function', 'language', 'locale', 'model', 'network', 'operation', 'partition', 'plugin', 'procedure',
  'provider', 'query', 'region', 'rule', 'schema', 'shard', 'stage', 'step', 'table', 'tool', 'zone',
])

/**
 * Keys of the conventions for one person, conversation, message or request, of which there are as many as of them. No metric of the
 * conventions has one. Source: the registry of the semantic conventions, and their metrics.
 */
export const individualKeys: ReadonlySet<string> = new Set([
  'client.address', 'enduser.id', 'enduser.pseudo.id', 'gen_ai.conversation.id', 'gen_ai.response.id', 'gen_ai.tool.call.id', 'messaging.message.conversation_id', 'messaging.message.id',
  'session.id', 'session.previous_id', 'url.full', 'url.path', 'url.query', 'user.email', 'user.full_name', 'user.hash', 'user.id', 'user.name',
])

/** Before `id` or `name` in the name of a PRODUCER or CONSUMER span: the destination, which the messaging conventions put there. A customer's subscription is none. */
export const destinationWords: ReadonlySet<string> = new Set(['channel', 'destination', 'exchange', 'queue', 'stream', 'sub', 'subscription', 'topic'])

/** Parts of a request that hold what its sender wrote. */
export const requestParts: ReadonlySet<string> = new Set(['body', 'headers', 'params', 'payload', 'query', 'searchparams'])

/** Words that, anywhere in a name, say that its values are few. */
export const boundedWords: ReadonlySet<string> = new Set([
  'action', 'category', 'code', 'command', 'env', 'environment', 'kind', 'lang', 'language', 'level', 'locale', 'method', 'mode', 'operation', 'op', 'phase',
  'prefix', 'procedure', 'provider', 'role', 'route', 'routes', 'stage', 'status', 'template', 'tool', 'type', 'verb', 'version',
])

/** Before `key`: the key of an entry, of which there are as many as entries. */
export const keyOwners: ReadonlySet<string> = new Set(['blob', 'cache', 'idempotency', 'lock', 'object', 'redis', 's3', 'storage'])

/** Before `path`: what a client asked for, as it came. */
export const requestWords: ReadonlySet<string> = new Set(['ctx', 'location', 'raw', 'req', 'request', 'url'])

/** Calls whose result is never the same twice. */
export const uniqueCalls: ReadonlySet<string> = new Set([
  'createid', 'cuid', 'generateid', 'nanoid', 'now', 'random', 'randombytes', 'randomuuid', 'ulid', 'uuid', 'uuidv4', 'uuidv7', 'v4', 'v7',
])

/** Calls that write a point in time as a text. */
export const timestampCalls: ReadonlySet<string> = new Set(['todatestring', 'toisostring', 'togmtstring', 'toutcstring'])

/** Words for a text that a developer writes where something is configured. */
export const writtenWords: ReadonlySet<string> = new Set(['message', 'msg', 'text', 'title'])

/** Words of names for whatever time it is. */
export const clockWords: ReadonlySet<string> = new Set(['at', 'clock', 'current', 'date', 'iso', 'now', 'stamp', 'string', 'time', 'timestamp', 'ts', 'utc'])

/** Calls that give their receiver or first argument in another form. */
export const passingCalls: ReadonlySet<string> = new Set([
  'atob', 'btoa', 'concat', 'decodeuri', 'decodeuricomponent', 'encodeuri', 'encodeuricomponent', 'from', 'normalize', 'padend', 'padstart', 'replace',
  'replaceall', 'slice', 'split', 'string', 'substr', 'substring', 'tolocalelowercase', 'tolowercase', 'tostring', 'touppercase', 'trim', 'trimend', 'trimstart',
  'valueof',
])
