/**
 * Verbs with which functions of services begin: `placeOrder` names the action first, the form `domain.action` names it last.
 * Put together by hand: verbs that names of functions in services commonly begin with, those of RFC 9110 and of SQL among them.
 */
export const verbs: ReadonlySet<string> = new Set([
  'accept', 'add', 'apply', 'approve', 'archive', 'assign', 'authenticate', 'authorize', 'book', 'build', 'calculate', 'cancel', 'capture', 'change',
  'charge', 'check', 'claim', 'clean', 'close', 'collect', 'complete', 'compute', 'confirm', 'consume', 'convert', 'copy', 'count', 'create',
  'delete', 'deliver', 'deploy', 'disable', 'download', 'draw', 'enable', 'enqueue', 'ensure', 'estimate', 'expire', 'export', 'extract', 'fetch',
  'fill', 'find', 'finish', 'fulfill', 'generate', 'get', 'grant', 'handle', 'hold', 'import', 'index', 'insert', 'invite', 'issue', 'list', 'load',
  'lock', 'lookup', 'make', 'mark', 'match', 'merge', 'migrate', 'move', 'notify', 'open', 'parse', 'pay', 'pick', 'place', 'plan', 'poll', 'prepare',
  'process', 'publish', 'purchase', 'push', 'put', 'quote', 'read', 'receive', 'refresh', 'refund', 'register', 'reject', 'release', 'remove', 'render',
  'renew', 'reserve', 'reset', 'resolve', 'restore', 'retry', 'return', 'revoke', 'run', 'save', 'scan', 'schedule', 'score', 'search', 'select',
  'send', 'settle', 'ship', 'show', 'start', 'stop', 'store', 'submit', 'sync', 'track', 'train', 'transfer', 'transform', 'unlock', 'update',
  'upload', 'upsert', 'validate', 'verify', 'void', 'withdraw', 'write',
])
