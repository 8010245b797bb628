/**
 * A name that begins so is a question, a number or a deed, not the thing: `has token`, `max tokens`, `validate password`.
 * Sorted.
 */
export const vetoPrefixes: ReadonlySet<string> = new Set([
  'allow', 'allows', 'avg', 'can', 'check', 'count', 'did', 'disable', 'enable', 'enforce', 'exclude', 'expected', 'generate', 'has', 'include', 'invalid', 'is',
  'max', 'min', 'missing', 'must', 'need', 'needs', 'no', 'num', 'number', 'omit', 'require', 'required', 'requires', 'send', 'sent', 'should', 'show', 'skip',
  'supports', 'total', 'unknown', 'use', 'uses', 'using', 'validate', 'verify', 'was', 'with', 'without',
])

/** What a name may end in behind the thing itself without becoming another thing: `email lower`, `password value`. Sorted. */
export const neutralEndings: ReadonlySet<string> = new Set([
  'base64', 'clear', 'cleartext', 'current', 'data', 'decoded', 'details', 'encoded', 'field', 'header', 'headers', 'info', 'input', 'line', 'literal', 'lower',
  'lowercase', 'new', 'normalized', 'old', 'original', 'param', 'plain', 'plaintext', 'previous', 'primary', 'raw', 'str', 'string', 'text', 'trimmed', 'val',
  'value', 'values',
])

/**
 * Words before `token` that make it a unit of a text, a place in a list, a signal or the mark of who holds a lock: `time to first token`, `next page token`.
 * Sorted.
 */
export const harmlessTokens: ReadonlySet<string> = new Set([
  'abort', 'bos', 'cancel', 'cancellation', 'completion', 'continuation', 'cursor', 'design', 'each', 'end', 'eos', 'fencing', 'first', 'input', 'last', 'lease', 'lexer', 'lock',
  'next', 'output', 'pad', 'page', 'pagination', 'parser', 'per', 'previous', 'prompt', 'resume', 'skip', 'special', 'start', 'stop', 'sync', 'syntax', 'unk',
])

/** Words that say that what follows was made unreadable, or is made up: `hashed password`, `masked card number`. Sorted. */
export const harmlessForms: ReadonlySet<string> = new Set([
  'anonymized', 'anonymous', 'dummy', 'encrypted', 'example', 'fake', 'hashed', 'masked', 'mock', 'obfuscated', 'obscured', 'placeholder', 'pseudonymized',
  'redacted', 'sanitized', 'scrubbed', 'test', 'tokenized', 'truncated',
])
