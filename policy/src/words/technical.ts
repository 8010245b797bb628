/**
 * Words that say nothing of what the business does. Left out on purpose: words that are somebody's product (task, job,
 * message, event, queue, order), since a false alarm costs more than a miss.
 * Source: the span names of the example code and of the services in the corpus that their own readers called meaningless.
 */
export const technicalWords: ReadonlySet<string> = new Set([
  'action', 'anonymous', 'api', 'app', 'application', 'async', 'await', 'bar', 'baz', 'begin', 'callback', 'child', 'controller',
  'custom', 'data', 'database', 'db', 'default', 'demo', 'dispatch', 'do', 'endpoint', 'example', 'exec', 'execute', 'fetch', 'fn', 'foo', 'func',
  'function', 'generic', 'get', 'handle', 'handler', 'hello', 'helper', 'http', 'https', 'impl', 'index', 'init', 'initialize',
  'inner', 'internal', 'invoke', 'js', 'logic', 'main', 'make', 'manager', 'manual', 'method', 'middleware', 'my', 'new', 'op', 'operation',
  'outer', 'parent', 'perform', 'process', 'processing', 'processor', 'promise', 'query', 'request', 'requests', 'response', 'root',
  'route', 'router', 'rpc', 'run', 'sample', 'server', 'service', 'span', 'sql', 'start', 'stuff', 'sync', 'temp', 'test', 'thing',
  'trace', 'tracer', 'unknown', 'unnamed', 'util', 'utils', 'work', 'world', 'wrapper',
])

/** Verbs with which the conventions let the name of a SERVER, CLIENT, PRODUCER or CONSUMER span begin. */
export const conventionVerbs: ReadonlySet<string> = new Set([
  'ack', 'call', 'connect', 'create', 'delete', 'exec', 'get', 'head', 'insert', 'nack', 'options', 'patch', 'poll', 'post', 'process',
  'publish', 'put', 'query', 'receive', 'select', 'send', 'settle', 'trace', 'update', 'upsert',
])
