/**
 * What an extractor says about code, a recorded trace or a running span. Facts know no AST: four extractors (ESTree,
 * ts-morph, OTLP, the running span) make them, one set of judges reads them. Every fact is plain data, so that it can be
 * written to a cache per file and linked afterwards.
 */

/** A position in a source file: `line` counts from 1, `column` from 0 (ESTree's and SARIF-minus-one's convention). */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Where a fact stands. `start` and `end` are character offsets in the file, `end` exclusive. */
export interface Origin {
  /** Path of the file, absolute; left out where the reader knows it (one file at a time). */
  readonly file?: string
  readonly start: number
  readonly end: number
  readonly from: Position
  readonly to: Position
}

/** `certain`: shown by the code or its types. `likely`: by a name together with a method that only spans have. */
export type Certainty = 'certain' | 'likely'

/**
 * What is known of an expression's type, without any compiler's object in it.
 *
 * `literals` is set for a finite union of literals; `fields` for an object type whose properties are known (names; those of
 * an object in it behind a dot); `element` for an array; `union` for members that differ in kind.
 */
export interface TypeFact {
  readonly kind:
    | 'string'
    | 'number'
    | 'bigint'
    | 'boolean'
    | 'literals'
    | 'object'
    | 'array'
    | 'function'
    | 'symbol'
    | 'nullish'
    | 'promise'
    | 'union'
    | 'unknown'
  /** The type as its author would write it, shortened. */
  readonly text?: string
  readonly literals?: readonly (string | number | boolean)[]
  readonly fields?: readonly string[]
  /** Fields that are declared sensitive, whatever they are called. */
  readonly sensitiveFields?: readonly string[]
  readonly element?: TypeFact
  readonly union?: readonly TypeFact[]
  /** Declared sensitive by `@sensitive` in its JSDoc, or by a branded type. */
  readonly sensitive?: boolean
}

interface ValueBase {
  readonly origin: Origin
  /** The expression's source text, at most 200 characters. */
  readonly text: string
  readonly type?: TypeFact
}

/** A value known in full. A `bigint` is written as its digits with a trailing `n`, a regular expression as its source. */
export interface LiteralValue extends ValueBase {
  readonly kind: 'literal'
  readonly value: string | number | boolean | null | undefined
}
/** `` `a ${b} c` ``: `quasis` has one member more than `parts`. A tagged template is a `call`. */
export interface TemplateValue extends ValueBase {
  readonly kind: 'template'
  readonly quasis: readonly string[]
  readonly parts: readonly Value[]
}
/** `a + b + c`, flattened, where at least one side is known or taken to be a string. */
export interface ConcatValue extends ValueBase {
  readonly kind: 'concat'
  readonly parts: readonly Value[]
}
/**
 * A name or a member chain: `request.creditCard.number` has the path `['request', 'creditCard', 'number']`.
 * A computed member that is not static stands in the path as `[]`; `this` stands as `this`.
 */
export interface ReferenceValue extends ValueBase {
  readonly kind: 'reference'
  readonly path: readonly string[]
  /** What the path starts at. */
  readonly root: 'caught' | 'local' | 'parameter' | 'import' | 'this' | 'global' | 'expression'
  /** The module that the root is imported from, and the export's name (`default`, `*` or the name). */
  readonly module?: string
  readonly imported?: string
  /** What the reference was initialised with, where exactly one assignment reaches it. */
  readonly resolved?: Value
  /** What the chain starts at, when that is no name (`getUser().email`). */
  readonly base?: Value
}
/**
 * A call, `new` or tagged template. `callee` is the member chain (`['JSON', 'stringify']`), `[]` where it is no chain.
 * `awaited` is true for `await f()`.
 */
export interface CallValue extends ValueBase {
  readonly kind: 'call'
  readonly callee: readonly string[]
  readonly module?: string
  readonly imported?: string
  /** What a method is called on: `x` of `x.toString()`. */
  readonly receiver?: Value
  readonly arguments: readonly Value[]
  readonly construct?: boolean
  readonly awaited?: boolean
  /** What the called function gives back for these arguments. Only the whole program can tell, but for an object that a function of the same file returns at once. */
  readonly returns?: Value
}
/** An object expression; `open` when it holds a spread or a computed key that could not be resolved. */
export interface ObjectValue extends ValueBase {
  readonly kind: 'object'
  readonly open: boolean
  readonly properties: readonly PropertyValue[]
  /** The spread expressions that could not be resolved to properties. */
  readonly spreads: readonly Value[]
}
export interface PropertyValue {
  readonly key: Value
  readonly value: Value
  /** The whole property in the source. */
  readonly origin: Origin
}
/** An array expression; `open` when its length is not known (a spread). */
export interface ArrayValue extends ValueBase {
  readonly kind: 'array'
  readonly open: boolean
  readonly elements: readonly Value[]
}
/** One of several: both arms of a conditional, the sides of `??`, `||` and `&&`, several assignments. */
export interface UnionValue extends ValueBase {
  readonly kind: 'union'
  readonly of: readonly Value[]
}
/**
 * A parameter of the function around it, as such (`name`) or a field of it by destructuring (`path` after the name).
 * `function` is the function's own name where it has one; `index` counts from 0.
 */
export interface ParameterValue extends ValueBase {
  readonly kind: 'parameter'
  readonly name: string
  readonly path: readonly string[]
  readonly index: number
  readonly function?: string
  /** Where the function starts in the file, which tells two functions of one name apart. */
  readonly owner: number
  /** The parameter itself is called in the function: it is one. */
  readonly callable?: boolean
}
/** An operation that yields a boolean or a number (`!x`, `a > b`, `x.length`, `typeof x`) or anything not understood. */
export interface UnknownValue extends ValueBase {
  readonly kind: 'unknown'
  /** What the operator's result is known to be, whatever its operands are. */
  readonly yields?: 'boolean' | 'number' | 'string' | 'function'
}

/** What an expression can be. Every judge stands on this type. */
export type Value =
  | LiteralValue
  | TemplateValue
  | ConcatValue
  | ReferenceValue
  | CallValue
  | ObjectValue
  | ArrayValue
  | UnionValue
  | ParameterValue
  | UnknownValue

/** Where a value ends up. `attributes` of a `SpanStart` are written as facts of their own with sink `attribute`. */
export type Sink =
  | 'attribute'
  | 'event-attribute'
  | 'event-name'
  | 'link-attribute'
  | 'status-message'
  | 'span-name'
  | 'baggage'
  | 'resource'
  | 'metric-attribute'

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'

/** Which row of which table recognised the API: `@opentelemetry/api`, `@spanguard/runtime`, or a declared helper. */
export interface ApiOrigin {
  readonly api: string
  /** The method or function as the table names it: `startSpan`, `startActiveSpan`, `withSpan`, `setAttribute`. */
  readonly method: string
}

interface FactBase {
  /** The call as a whole. */
  readonly origin: Origin
  readonly certainty: Certainty
  readonly via: ApiOrigin
  /** The fact in a helper's body that this one was made of by putting a call's arguments in place of its parameters. */
  readonly derivedFrom?: Origin
}

/** A span is started. `name` is absent when the call has no argument at that place. */
export interface SpanStart extends FactBase {
  readonly fact: 'span-start'
  readonly name?: Value
  /** Absent when no kind is given and when it is not static. */
  readonly spanKind?: SpanKind
  /** The span is made current for a callback; helpers and `startActiveSpan` have one. */
  readonly active: boolean
  /** The API ends the span itself (`withSpan`, declared helpers with `ends`). */
  readonly ends: boolean
  /** The API records errors of the callback itself. */
  readonly records: boolean
  /** Keys written in the options that are known, to tell which technical details the name may rely on. */
  readonly attributeKeys: readonly string[]
  /** Where the variable is declared that the span is put into: the offset of its name. */
  readonly variable?: number
}

/** `span.updateName(name)`. */
export interface SpanRename extends FactBase {
  readonly fact: 'span-rename'
  readonly name: Value
  /** Where the variable is declared that it is called on: the offset of its name. */
  readonly variable?: number
}

/** One key and one value put somewhere. A bag that could not be taken apart is an `AttributeBag`. */
export interface AttributeWrite extends FactBase {
  readonly fact: 'attribute-write'
  readonly sink: Sink
  readonly key: Value
  readonly value: Value
  /** The property or call to point at and to remove. */
  readonly entry: Origin
  /** At the call of a helper: a field that the helper takes out of an object it is given, for the trace among other things. */
  readonly ofField?: boolean
}

/** A whole object or spread of unknown shape put somewhere (`setAttributes(x)`, `{ ...x }`). */
export interface AttributeBag extends FactBase {
  readonly fact: 'attribute-bag'
  readonly sink: Sink
  readonly value: Value
}

export interface EventWrite extends FactBase {
  readonly fact: 'event-write'
  readonly name: Value
}

export interface ExceptionWrite extends FactBase {
  readonly fact: 'exception-write'
  readonly value: Value
}

export interface StatusWrite extends FactBase {
  readonly fact: 'status-write'
  /** Absent when the code is not static. */
  readonly code?: 'unset' | 'ok' | 'error'
  readonly message?: Value
}

export interface SpanEnd extends FactBase {
  readonly fact: 'span-end'
  /** Where the span came from: ending what `getActiveSpan()` returned ends somebody else's span. */
  readonly borrowed: boolean
}

export interface BaggageWrite extends FactBase {
  readonly fact: 'baggage-write'
  readonly key: Value
  readonly value: Value
}

export interface MetricWrite extends FactBase {
  readonly fact: 'metric-write'
  readonly instrument?: Value
}

/** Context put into or taken from a carrier. */
export interface Propagation extends FactBase {
  readonly fact: 'propagation'
  readonly direction: 'inject' | 'extract'
}

/** How a span's life went over the paths of the function that owns it. Flow analysis is the extractor's work. */
export interface SpanLifetime extends FactBase {
  readonly fact: 'span-lifetime'
  /** The variable, or the callback's parameter; empty when the started span is kept nowhere. */
  readonly variable: string
  /** The callee of the call that starts the span. */
  readonly start: Origin
  /** The function ends the span, or hands it over, somewhere. */
  readonly ended: boolean
  /** Where control leaves without the span having been ended or handed over, the most telling first. */
  readonly openExits: readonly LifetimeExit[]
  /** Writes that come after an end on every path that reaches them. */
  readonly usesAfterEnd: readonly { readonly origin: Origin; readonly method: string }[]
  /** Promises started inside the span that the end does not wait for. */
  readonly unawaited: readonly { readonly origin: Origin; readonly text: string }[]
  /** Calls of `recordException` on ways that leave the status unset. */
  readonly recordedOnly: readonly Origin[]
  /** Where the status becomes OK before an ERROR that it then masks. */
  readonly maskingOk: readonly Origin[]
  /** Errors that leave the function while the span's status stays unset and nothing is recorded. */
  readonly failsUnset: readonly LifetimeExit[]
}
export interface LifetimeExit {
  /**
   * `rejection`, `fulfilment`: a promise chain that does not end the span when it settles so. `never`: no path ends the span. `one-sided`:
   * it is ended only in a callback that success calls; `failure-callback`: a callback that failure calls does not end it.
   */
  readonly kind:
    | 'return'
    | 'throw'
    | 'end-of-function'
    | 'await'
    | 'yield'
    | 'call'
    | 'overwrite'
    | 'rejection'
    | 'fulfilment'
    | 'never'
    | 'one-sided'
    | 'failure-callback'
  readonly origin: Origin
  /** The statement or call, shortened. */
  readonly text: string
  readonly certainty: Certainty
  /** The place to point at is the start of the span: no statement of the function is the exit. */
  readonly atStart: boolean
  /** Where the helper of the same file starts that was given the span and forgets it; absent for the function itself. */
  readonly helper?: number
}

/**
 * A `catch` clause around work that a span covers. `origin` is the clause, `entry` what to point at (its keyword).
 */
export interface ErrorPath extends FactBase {
  readonly fact: 'error-path'
  readonly entry: Origin
  /** The span's variable; empty when the callback does not take it. */
  readonly variable: string
  /** The error's name in the clause; absent when it is not bound. */
  readonly error?: string
  readonly touches: {
    /** Anything at all that concerns the span: a call on it, a function that is given it. */
    readonly span: boolean
    readonly exception: boolean
    readonly status: 'none' | 'ok' | 'error' | 'unknown'
    readonly stage: boolean
  }
  /** How the path ends: normally, by throwing, by a failing return or reply. */
  readonly ends: 'completes' | 'throws' | 'fails'
  /** The catch covers the span's main work, not a best-effort part of it. */
  readonly main: boolean
  /** The API records what its callback throws. */
  readonly records: boolean
}

/** A route, hook, consumer or function that does work for somebody outside. */
export interface Handler extends FactBase {
  readonly fact: 'handler'
  /** The descriptor's name: `express`, `fastify`, `koa`, `hono`, `nest`, `node-http`, … */
  readonly framework: string
  readonly method?: string
  readonly route?: Value
}

/** A tracer provider made or registered, an SDK started, a `registerOTel` called. */
export interface Setup extends FactBase {
  readonly fact: 'setup'
  readonly registered: boolean
  /** It stands inside a condition. */
  readonly conditional: boolean
  /** What is made or called: `NodeSDK`, `registerOTel`. */
  readonly product?: string
  /** The package that it comes from. */
  readonly module?: string
  /** The name in `new NodeSDK()`, or the callee: the smallest place that says what is set up. */
  readonly made?: Origin
  /** Where it becomes the global provider: the callee of `sdk.start()`. */
  readonly registration?: Origin
  /** Another registration of this file that runs as well, before this one. */
  readonly alongside?: { readonly product: string; readonly origin: Origin }
  readonly sampler?: SamplerFact
  /** `none`: nothing in this file ends it, and nothing outside can. `unknown`: it was handed over, or ends itself. */
  readonly shutdown?: 'none' | 'unbounded' | 'bounded' | 'unknown'
  /** Where it is shut down without a deadline. */
  readonly shutdownAt?: Origin
  /** What the SDK calls it since the line in which this name was removed. */
  readonly successor?: { readonly removedIn: number; readonly instead: string }
}

/** What decides whether a provider's traces are sampled, where it is the same on every path. */
export interface SamplerFact {
  readonly origin: Origin
  /** `ratio`: by the trace id alone, whatever the parent decided. */
  readonly decides: 'ratio' | 'always' | 'never' | 'parent' | 'unknown'
  /** The sampler as it is written: `TraceIdRatioBasedSampler`. */
  readonly name: string
}

export type Fact =
  | SpanStart
  | SpanRename
  | AttributeWrite
  | AttributeBag
  | EventWrite
  | ExceptionWrite
  | StatusWrite
  | SpanEnd
  | BaggageWrite
  | MetricWrite
  | Propagation
  | SpanLifetime
  | ErrorPath
  | Handler
  | Setup
