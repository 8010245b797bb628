import type { Origin } from '@spanguard/policy'

/**
 * A function as one span sees it: control flow and what happens to that span, as plain data. JavaScript's control flow is
 * structured, so a tree is enough, and every front end (ESTree, TypeScript's compiler nodes) lowers to the same one.
 *
 * Expressions are lowered in the order in which they run, functions that run in place are inlined, and a promise chain is
 * a `chain`. What a tree does not mention does not concern the span and can't throw.
 */
export type FlowNode =
  | Sequence
  | Branch
  | Loop
  | Labeled
  | Switch
  | Try
  | Jump
  | Risk
  | Yield
  | Inline
  | Chain
  | SpanOperation
  | Promised
  | Stop

export interface Sequence {
  readonly do: 'seq'
  readonly nodes: readonly FlowNode[]
}

/**
 * What a condition says of the span, or a text by which two equal conditions know each other (`options?.noAck`, its
 * operands never reassigned). `end`: it holds where the span has been ended. `negated`: the `then` arm is taken where it does
 * not hold. `partial`: one operand of an `&&`, of which only the `then` arm knows.
 */
export interface Test {
  readonly of: 'span' | 'end' | 'condition'
  readonly key: string
  readonly negated: boolean
  readonly partial?: true
}

export interface Branch {
  readonly do: 'branch'
  readonly test?: Test
  readonly then: FlowNode
  readonly otherwise: FlowNode
}

export interface Loop {
  readonly do: 'loop'
  /** The condition, run before each turn (`while`, `for`) or after it (`do`). */
  readonly head: FlowNode
  readonly body: FlowNode
  /** A `for`'s update. */
  readonly update?: FlowNode
  readonly bodyFirst: boolean
  /** Nothing but `break` leaves it. */
  readonly endless: boolean
  readonly labels: readonly string[]
}

export interface Labeled {
  readonly do: 'labeled'
  readonly label: string
  readonly body: FlowNode
}

export interface Switch {
  readonly do: 'switch'
  /** In source order; each falls into the next. */
  readonly arms: readonly { readonly test?: FlowNode; readonly body: FlowNode }[]
  /** It has a `default`, or its arms are known to be all. */
  readonly exhaustive: boolean
}

export interface Try {
  readonly do: 'try'
  /** Its calls are not asked whether they throw. */
  readonly quiet?: boolean
  /** Before the span is ended there stands something in its block that the tree does not mention, and that is only presumed not to throw. */
  readonly presumed?: boolean
  readonly block: FlowNode
  readonly handler?: FlowNode
  readonly finalizer?: FlowNode
  readonly origin: Origin
}

export interface Jump {
  readonly do: 'return' | 'throw' | 'break' | 'continue'
  readonly origin: Origin
  readonly text: string
  readonly label?: string
}

/**
 * A call or `await` that may throw. `shown`: the file shows that it can (an `await`, a same-file function with a `throw`,
 * a built-in known to throw); else it is a call of which nothing is known.
 */
export interface Risk {
  readonly do: 'risk'
  readonly kind: 'call' | 'await'
  readonly shown: boolean
  /** It fails only if what it is given is not called back when it does. */
  readonly likely?: boolean
  /** It fails as the function fails that runs inside it, whose own ways out stand before it. */
  readonly relays?: boolean
  readonly origin: Origin
  readonly text: string
}

export interface Yield {
  readonly do: 'yield'
  readonly origin: Origin
  readonly text: string
}

/**
 * A function that runs here: a same-file helper, a local closure that is called, a callback of an API that runs it at once.
 * `detached`: it is asynchronous and nobody waits for it here, so it runs on after what follows.
 */
export interface Inline {
  readonly do: 'inline'
  readonly body: FlowNode
  readonly detached: boolean
  /** Only what it forgets by `return` counts: a callback that is called once (`(error, result) => …`). */
  readonly explicitOnly?: boolean
  /** Its calls are not asked whether they throw: the call as a whole is. */
  readonly quiet?: boolean
  /** It stands elsewhere in the file: what it forgets is its own mistake, told once per helper. */
  readonly helper?: number
  /** Where its body ends. */
  readonly last: Origin
}

/** `source.then(fulfilled, rejected).catch(rejected).finally(settled)`. */
export interface Chain {
  readonly do: 'chain'
  readonly source: FlowNode
  readonly links: readonly ChainLink[]
  /** Nobody awaits it here. */
  readonly detached: boolean
  readonly origin: Origin
  readonly text: string
}
export interface ChainLink {
  readonly fulfilled?: FlowNode
  readonly rejected?: FlowNode
  readonly settled?: FlowNode
}

/** How a span leaves the function's care. */
export type Escape =
  | 'returned'
  | 'stored'
  | 'captured'
  /** Given to a function of which nothing is known: a hand-over, unless the function ends the span itself afterwards. */
  | 'passed'

/** What has a span in its hands when a closure that ends it escapes. */
export interface Holder {
  readonly kind: 'listener' | 'callback' | 'patch' | 'other'
  /** The event, the property of the options object, the method that was patched. */
  readonly name: string
  /** The object that the listener is put on, or that holds the callback; the same text is the same object. */
  readonly of: string
  /** The call that `end()`s the span. */
  readonly end: Origin
}

export type SpanOperation =
  | { readonly do: 'start'; readonly origin: Origin }
  | { readonly do: 'end'; readonly origin: Origin }
  /** Ends when the block is left (`using`), lowered to the `finally` of that block. */
  | { readonly do: 'dispose'; readonly origin: Origin }
  | { readonly do: 'write'; readonly method: string; readonly origin: Origin }
  | { readonly do: 'record'; readonly origin: Origin }
  | { readonly do: 'status'; readonly code: 'unset' | 'ok' | 'error' | 'unknown'; readonly origin: Origin }
  /**
   * `toCallback`: what it is given to is a parameter, a callback like the one that `startActiveSpan` takes, and the promise of which is
   * awaited or not. `isReturned`: what it is given to is a call of which the function returns the result, without waiting for it.
   */
  | { readonly do: 'escape'; readonly how: Escape; readonly origin: Origin; readonly text: string; readonly holder?: Holder; readonly toCallback?: boolean; readonly isAwaited?: boolean; readonly isReturned?: boolean }
  /** The variable gets another value. */
  | { readonly do: 'overwrite'; readonly origin: Origin; readonly text: string }
  /** A failure listener or callback that does not end the span; `settles`: the operation is over with it (`reject(error)`). */
  | { readonly do: 'failure'; readonly holder: Holder; readonly settles: boolean; readonly origin: Origin; readonly text: string }

/** A promise that is made and kept in a variable or returned (`settle: false`), and the place that waits for it. */
export interface Promised {
  readonly do: 'promise'
  readonly settle: boolean
  readonly key: string
  readonly origin: Origin
  readonly text: string
}

/** The process ends here. */
export interface Stop {
  readonly do: 'stop'
}

/** One node of several; nested sequences are flattened and empty ones vanish. */
export function sequence(nodes: readonly FlowNode[]): FlowNode {
  const flat: FlowNode[] = []
  for (const node of nodes) {
    if (node.do === 'seq') flat.push(...node.nodes)
    else flat.push(node)
  }
  const [only] = flat
  return flat.length === 1 && only !== undefined ? only : { do: 'seq', nodes: flat }
}

/** A tree that does nothing. */
export const nothing: FlowNode = { do: 'seq', nodes: [] }

/** Does `test` hold for one of the nodes directly below `node`? In source order, up to the first. */
export function someChild(node: FlowNode, test: (child: FlowNode) => boolean): boolean {
  switch (node.do) {
    case 'seq':
      return node.nodes.some(test)
    case 'branch':
      return test(node.then) || test(node.otherwise)
    case 'loop':
      return test(node.head) || test(node.body) || (node.update !== undefined && test(node.update))
    case 'labeled':
    case 'inline':
      return test(node.body)
    case 'switch':
      return node.arms.some((arm) => (arm.test !== undefined && test(arm.test)) || test(arm.body))
    case 'try':
      return test(node.block) || (node.handler !== undefined && test(node.handler)) || (node.finalizer !== undefined && test(node.finalizer))
    case 'chain':
      return (
        test(node.source) ||
        node.links.some(({ fulfilled, rejected, settled }) => [fulfilled, rejected, settled].some((child) => child !== undefined && test(child)))
      )
    default:
      return false
  }
}

/** Is there a node below (or at) `node` for which `test` holds? */
export function someNode(node: FlowNode, test: (node: FlowNode) => boolean): boolean {
  const visit = (each: FlowNode): boolean => test(each) || someChild(each, visit)
  return visit(node)
}

/** Every node for which `test` holds, in source order. */
export function findNodes<Found extends FlowNode>(node: FlowNode, test: (node: FlowNode) => node is Found): Found[] {
  const found: Found[] = []
  someNode(node, (each) => {
    if (test(each)) found.push(each)
    return false
  })
  return found
}
