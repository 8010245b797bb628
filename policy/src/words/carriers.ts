/** Words in a called function's name that say its result no longer holds what went in. */
export const maskingWords: ReadonlySet<string> = new Set([
  'anonymise', 'anonymize', 'argon2', 'bcrypt', 'checksum', 'digest', 'encrypt', 'fingerprint', 'hash', 'hashed', 'hmac', 'last4', 'mask', 'masked', 'md5', 'obfuscate',
  'pseudonym', 'pseudonymize', 'redact', 'redacted', 'sanitise', 'sanitize', 'scrub', 'scrypt', 'sha', 'sha1', 'sha256', 'sha512', 'tokenize',
])

/** Calls that answer yes or no. */
export const booleanCalls: ReadonlySet<string> = new Set([
  'Boolean', 'compare', 'compareSync', 'endsWith', 'equals', 'every', 'has', 'includes', 'isArray', 'some', 'startsWith', 'test', 'timingSafeEqual', 'verify',
])

/** Calls that give a number. */
export const numberCalls: ReadonlySet<string> = new Set([
  'Number', 'byteLength', 'charCodeAt', 'codePointAt', 'count', 'getTime', 'indexOf', 'lastIndexOf', 'now', 'parseFloat', 'parseInt', 'search',
])

/** Verbs before the name of what a function gives: `getApiKey()`, `generateToken()`. */
export const getterVerbs: ReadonlySet<string> = new Set([
  'build', 'create', 'decode', 'decrypt', 'extract', 'fetch', 'find', 'generate', 'get', 'issue', 'load', 'make', 'read', 'resolve', 'retrieve',
])

/** First words of a call that looks something up by a name: `headers.get('authorization')`, `getCookie(c, 'token')`. */
export const lookupCalls: ReadonlySet<string> = new Set(['cookie', 'get', 'header', 'headers', 'lookup', 'param', 'query', 'read'])

/** Texts that say how it stands with a secret and are none. */
export const stateWords: ReadonlySet<string> = new Set([
  '[redacted]', 'absent', 'anonymous', 'disabled', 'empty', 'enabled', 'expired', 'false', 'hidden', 'invalid', 'masked', 'missing', 'n/a', 'none', 'null', 'present',
  'provided', 'redacted', 'required', 'true', 'undefined', 'unknown', 'unset', 'valid',
])

/** Calls that turn an object of any shape into a text. */
export const serialisers: ReadonlySet<string> = new Set(['inspect', 'safestringify', 'serialize', 'stringify', 'superjson'])

/** Last words of a name that holds a whole request, reply or document. */
export const payloadWords: ReadonlySet<string> = new Set([
  'body', 'headers', 'html', 'payload', 'prompt', 'rawbody', 'xml',
])

/** Before `id`, beside `boundedOwners` and in metrics only: what somebody deploys or signs up as a business, so that there are few of them. */
export const deployedOwners: ReadonlySet<string> = new Set(['broker', 'datacenter', 'host', 'organisation', 'organization', 'server', 'tenant', 'workspace'])

/** Last words of the name of one text or number, which is as short in a serialiser's hands as before. */
export const scalarWords: ReadonlySet<string> = new Set(['code', 'count', 'duration', 'host', 'hostname', 'id', 'index', 'kind', 'length', 'level', 'method', 'name', 'number', 'port', 'protocol', 'size', 'uuid', 'version'])

/** Names of what is said of a thing, and is not the thing: `token.symbol`, `email.domain`. Sorted. */
export const aspectWords: ReadonlySet<string> = new Set([...scalarWords, 'decimals', 'domain', 'expires', 'hash', 'prefix', 'provider', 'scope', 'status', 'symbol', 'type'])

/** Last words of the name of an object that holds a number for each thing. */
export const countWords: ReadonlySet<string> = new Set([
  'bytes', 'checks', 'counters', 'counts', 'durations', 'latencies', 'lengths', 'limits', 'measurements', 'measures', 'metrics', 'millis', 'ms', 'seconds', 'sizes', 'stats', 'timings', 'totals', 'usage',
])

/** Last words of a name that holds an object whole, of which nobody chose the fields. */
export const wholeWords: ReadonlySet<string> = new Set([
  'args', 'data', 'document', 'event', 'input', 'message', 'object', 'params', 'query', 'record', 'req', 'request', 'res', 'response', 'result', 'row', 'user',
])

/** Of these, last words of a parameter's name that say that somebody sent it, and not that a helper is given it to write. */
export const sentWords: ReadonlySet<string> = new Set(['document', 'event', 'message', 'req', 'request', 'res', 'response', 'row'])

/** Words before `url` that say it is written in a configuration, or is the page of a thing in a forge (`html_url`), and not sent by a client. */
export const configuredUrls: ReadonlySet<string> = new Set([
  'api', 'backend', 'base', 'broker', 'build', 'cluster', 'collector', 'commit', 'endpoint', 'exporter', 'gateway', 'host', 'html', 'issuer', 'job', 'origin', 'otlp', 'pipeline', 'registry', 'repo',
  'repository', 'route', 'run', 'server', 'service', 'site', 'template', 'workflow',
])

/** Words in the name of a cookie that keeps somebody logged in. */
export const sessionCookies: ReadonlySet<string> = new Set(['jsessionid', 'phpsessid', 'refresh', 'remember', 'sess', 'session', 'sessionid', 'sid', 'ssid'])

/** Last words of what a program was configured with. */
export const configurationWords: ReadonlySet<string> = new Set(['config', 'configuration', 'connection', 'datasource', 'env', 'options', 'opts', 'settings'])

/** What holds the account that a program logs in with. */
export const accountOwners: ReadonlySet<string> = new Set([...configurationWords, 'credential', 'credentials', 'database', 'db', 'secret', 'secrets'])

/** Names of what holds attributes already: what is in it is judged where it is put in. */
export const attributeBags: ReadonlySet<string> = new Set([
  'annotations', 'attribute', 'attributes', 'attrs', 'baggage', 'context', 'dimensions', 'fields', 'labels', 'meta', 'metadata', 'options', 'otel', 'properties', 'props',
  'rest', 'span', 'tags', 'telemetry',
])
