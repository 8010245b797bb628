/** A name that ends so speaks about the sensitive thing and does not hold it. */
export const vetoSuffixes: ReadonlySet<string> = new Set([
  'algorithm', 'alg', 'allowed', 'arn', 'available', 'brand', 'bytes', 'changed', 'class', 'configured', 'count', 'counts',
  'created', 'deleted', 'disabled', 'domain', 'duration', 'enabled', 'error', 'exists', 'expected', 'expired', 'expires', 'expiry',
  'failed', 'failure', 'failures', 'file', 'fingerprint', 'format', 'found', 'hash', 'hashed', 'index', 'issuer', 'kind', 'last4',
  'latency', 'len', 'length', 'limit', 'masked', 'match', 'matches', 'method', 'mode', 'ms', 'path', 'present', 'provider',
  'redacted', 'required', 'result', 'sent', 'set', 'sha256', 'size', 'source', 'status', 'strategy', 'strength', 'success', 'template',
  'total', 'ttl', 'type', 'used', 'valid', 'verified', 'version',
])
