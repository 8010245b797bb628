/**
 * Names under which a callback is called only when the operation went well, and those under which it is called when it
 * did not. Sources: Node's documentation of streams, `http` and `net`; the Streams standard (`flush` of a transformer is
 * not called when a stream is cancelled or fails); Express' response methods.
 */

/** Events after which an operation has gone well. `close` and `error` are emitted in other cases too. */
export const successEvents: ReadonlySet<string> = new Set([
  'complete',
  'completed',
  'data',
  'done',
  'end',
  'finish',
  'load',
  'response',
  'success',
])

/** Properties of an options object. */
export const successProperties: ReadonlySet<string> = new Set([
  'complete',
  'flush',
  'onComplete',
  'onCompleted',
  'onDone',
  'onEnd',
  'onFinish',
  'onFinished',
  'onResult',
  'onSuccess',
  'success',
])

/** Methods of a response that is not always answered by them. */
export const successMethods: ReadonlySet<string> = new Set(['json', 'redirect', 'render', 'send', 'sendFile', 'sendStatus'])

/** Events and properties that tell of a failure. */
export const failureNames: ReadonlySet<string> = new Set([
  'abort',
  'aborted',
  'cancel',
  'clientError',
  'close',
  'error',
  'onAbort',
  'onCancel',
  'onError',
  'onFailure',
  'onReject',
  'timeout',
])
