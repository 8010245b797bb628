/** Words in a called function's name that say its result no longer holds what went in. */
export const maskingWords: ReadonlySet<string> = new Set([
  'anonymize', 'anonymise', 'digest', 'encrypt', 'fingerprint', 'hash', 'hashed', 'hmac', 'last4', 'mask', 'masked', 'md5', 'obfuscate',
  'pseudonym', 'pseudonymize', 'redact', 'redacted', 'sanitize', 'scrub', 'sha1', 'sha256', 'sha512',
])

/** Calls that turn an object of any shape into a text. */
export const serialisers: ReadonlySet<string> = new Set(['inspect', 'safestringify', 'serialize', 'stringify', 'superjson'])

/** Last words of a name that holds a whole request, reply or document. */
export const payloadWords: ReadonlySet<string> = new Set([
  'body', 'headers', 'html', 'payload', 'prompt', 'rawbody', 'xml',
])

/** Words before `url` that say it is written in a configuration and not sent by a client. */
export const configuredUrls: ReadonlySet<string> = new Set([
  'api', 'backend', 'base', 'broker', 'cluster', 'collector', 'endpoint', 'exporter', 'gateway', 'host', 'issuer', 'origin', 'otlp', 'registry', 'route', 'server',
  'service', 'site', 'template',
])

/** Names of what holds attributes already: what is in it is judged where it is put in. */
export const attributeBags: ReadonlySet<string> = new Set([
  'annotations', 'attribute', 'attributes', 'attrs', 'baggage', 'context', 'dimensions', 'fields', 'labels', 'meta', 'metadata', 'options', 'otel', 'properties', 'props',
  'rest', 'span', 'tags', 'telemetry',
])
