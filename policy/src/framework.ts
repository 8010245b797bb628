/**
 * How a framework looks in source: what makes an app, which calls register handlers, what traces them and what to insert.
 * Plain data, free of any syntax tree, so that ESLint (ESTree) and the checker (the compiler's nodes) read one table and a
 * user's config can hold rows of the same shape (`frameworks`).
 *
 * Names of exports: `default` is the module itself or its default export (CommonJS knows no difference), `Router` a named
 * export, `express.Router` style members are written behind the export (`NestFactory.create`, `cron.schedule`). For a
 * default export's member the name of the member alone stands (`Router` is both `express.Router` and `{ Router }`).
 * Arguments count from 0. A module that ends in `/*` takes in every subpath.
 */
export interface FrameworkDescriptor {
  /** Stands in facts and in the config: `express`. */
  readonly name: string
  /** Stands in messages: `Express`. */
  readonly label: string
  /**
   * `app`: routes are registered on an object, a middleware before them traces them. `server`: the handler is given to the
   * call that makes the server and is wrapped. `consumer` and `function`: a callback or export for each job, message or event.
   */
  readonly kind: 'app' | 'server' | 'consumer' | 'function'
  /** A file that imports none of them has nothing of this framework (functions are also found by name and by folder). */
  readonly modules: readonly string[]
  /**
   * The objects of the framework and how they come to be. `app` (or `server`, `worker`) is what is judged; `router` is a part
   * that is mounted elsewhere and never judged alone; other names are steps on the way (`connection`, `channel`).
   */
  readonly objects: Readonly<Record<string, readonly ObjectSource[]>>
  /** The objects that are judged. */
  readonly roots: readonly string[]
  readonly handlers: readonly HandlerRow[]
  readonly middleware?: readonly MiddlewareRow[]
  /** Methods that start serving: `app.listen()`. */
  readonly listens?: readonly MethodRef[]
  /** Functions of other modules that serve an object given to them: `serve(app)`. */
  readonly servedBy?: readonly ExportRef[]
  /** Functions of other modules that make a mount of what is given to them: `mount('/admin', app)`. */
  readonly mountedBy?: readonly ExportRef[]
  /** Methods whose result is the routes of a router: `router.routes()`. */
  readonly mountMethods?: readonly string[]
  /**
   * A part of an app looks like an app (`new Hono()` for both): one that is exported, returned or handed on and not served in the
   * same file is left to the checker.
   */
  readonly partsLookAlike?: boolean
  /** The handlers stand in a class given as this argument of the creation, under a decorator with lists of modules (NestJS). */
  readonly rootModule?: { readonly argument: number; readonly decorator: ExportRef; readonly handlers: readonly string[]; readonly list: string }
  /** What comes from one of these modules is part of the machinery, not a handler: health checks, reflection. */
  readonly ignores?: readonly string[]
  /** Methods that return the object they are called on: `app.use().get()`. */
  readonly chains?: readonly string[]
  /** What traces, given to a middleware method, around a handler, or in a list of modules. */
  readonly tracedBy: readonly ExportRef[]
  /** A clock runs its handlers: the first argument of a registration says when, or at which moment. */
  readonly scheduled?: boolean
  /** Handlers declared by decorators. */
  readonly decorators?: readonly DecoratorRow[]
  /** Handlers that a file exports. */
  readonly exports?: readonly ExportedHandlerRow[]
  /** True when a tracing middleware counts only for what is registered after it. */
  readonly ordered?: boolean
  /** What mends an untraced object; absent when nobody can say. */
  readonly insert?: Insertion
}

/** An export of a module, and how it is used: called, made with `new`, either, or as a value. */
export interface ExportRef {
  readonly module: string
  /** `*` stands for every export of the module. */
  readonly export: string
  readonly as?: 'call' | 'new' | 'either' | 'value'
}

export interface MethodRef {
  readonly on: string
  readonly methods: readonly string[]
}

/** One way in which an object comes to be. */
export type ObjectSource =
  /** The result of a call or `new`, or the export itself (`value`); with `callback`, the parameter of that index of the function among its arguments. */
  | (ExportRef & { readonly as: 'call' | 'new' | 'either' | 'value'; readonly callback?: number })
  /** The result of a method of another object, awaited or not; `callback` as above. `path` is the argument that holds the path of all routes of the result. */
  | { readonly of: string; readonly method: string; readonly callback?: number; readonly path?: number }
  /** A property of another object: `t.procedure`. */
  | { readonly of: string; readonly property: string }
  /** Anything annotated with a type of the module: `app: Express`. Such an object was made elsewhere. */
  | { readonly module: string; readonly type: string }

/** A call that registers handlers: on an object (`on` and `methods`), or a call of an export (`call`). */
export interface HandlerRow {
  readonly on?: string
  readonly methods?: readonly string[]
  readonly call?: ExportRef & { readonly as: 'call' | 'new' | 'either' }
  /** The argument that holds the path, topic or queue. */
  readonly path?: number
  /** What the path is called where it is a property of the handler's argument: `fastify.route({ url })`. The first that is there counts. */
  readonly pathProperties?: readonly string[]
  /** The only values of the path argument that count: `server.on('request', …)`. */
  readonly pathIs?: readonly string[]
  /**
   * The first argument that can be a handler; a call with fewer arguments registers nothing (`app.get('setting')`). `last`: the
   * last one. With `pathOptional` the handlers start at the path's place when no string or pattern stands there.
   */
  readonly handler: number | 'last'
  /** The handler stands in properties of that argument: `consumer.run({ eachMessage })`. `*`: every function in it. */
  readonly handlerProperties?: readonly string[]
  /** What stands there is a map of maps: every field of these is a handler (GraphQL's `Query` and `Mutation`). */
  readonly fieldsOf?: readonly string[]
  /**
   * The HTTP method: `name` when it is the method's own name, an argument or a property of the handler's argument that holds it,
   * or the method itself in capitals.
   */
  readonly httpMethod?: 'name' | { readonly argument: number } | { readonly property: string } | { readonly is: string }
  readonly pathOptional?: boolean
  /** It counts only when a function of this file can be seen there; what is imported may be an app of its own (`createServer(app)`). */
  readonly functionOnly?: boolean
  /** The handler may also be given to the middleware method of the root: `app.use(route.get('/', list))`. */
  readonly isMiddleware?: boolean
}

/** A call that registers middleware or mounts a part: `app.use(mw)`, `app.use('/api', router)`, `app.register(plugin)`. */
export interface MiddlewareRow {
  readonly on: string
  readonly methods: readonly string[]
  /** `functions`: a function written in place is a handler too (Koa). `mounts`: a router or plugin given together with a path, or a router's routes, count as routes. */
  readonly counts?: readonly ('functions' | 'mounts')[]
}

/** A decorator that makes a method a handler: `@Get('/x')`. */
export interface DecoratorRow {
  readonly module: string
  readonly names: readonly string[]
  readonly on: 'class' | 'method'
  readonly path?: number
  readonly httpMethod?: 'name'
}

/** A function that a file exports to whatever runs it. */
export interface ExportedHandlerRow {
  /** Glob patterns of the files; absent when any file can be one. */
  readonly files?: readonly string[]
  /** Names of exports; `default`; `*` for every one. */
  readonly names: readonly string[]
  readonly httpMethod?: 'name'
  /** It is a handler when annotated with one of these types (of the descriptor's modules). */
  readonly types?: readonly string[]
  /** Or when its parameters have these names, at least the first of them. */
  readonly parameters?: readonly string[]
  /** Or when it is exported by one of these names and its second parameter is of one of `contexts`. */
  readonly called?: readonly string[]
  readonly contexts?: readonly string[]
  /** Modules that put middleware around such a function and do nothing else: what they are given is judged as if it were exported. */
  readonly engines?: readonly string[]
}

/**
 * What mends an untraced object. In the texts `{object}` stands for the object, `{import}` for the imported name, `{handler}` for
 * the callback.
 */
export interface Insertion {
  readonly module: string
  readonly export: string
  /** A statement behind the object's creation: `{object}.use({import}())`. */
  readonly statement?: string
  /** The same inside a chain: `.use({import}())`. */
  readonly chain?: string
  /** What the handler becomes: `{import}({handler})`. */
  readonly wrap?: string
  /** A new first element of the list of the root module's decorator: `{import}`. */
  readonly element?: string
  /** A new first element of a list among the options of the creation: `new Server({ interceptors: [{import}()] })`. */
  readonly option?: { readonly property: string; readonly element: string }
  /** What the call that makes the object becomes; `{arguments}` stands for what it was given, `{name}` for an export of `also`. */
  readonly replace?: string
  /** Exports that `replace` speaks of beside the one that is imported. */
  readonly also?: readonly Pick<ExportRef, 'module' | 'export'>[]
  /** The handler's work runs inside a span of its own, named after the queue, the function or the file and this action. */
  readonly spanAction?: string
  /** `fix` is applied by `--fix`; `suggestion` is offered in the editor. */
  readonly as: 'fix' | 'suggestion'
}

/** A row of the config's `frameworks`: a framework of its own, or (by a built-in row's name) what to change in that row. */
export type DeclaredFramework = Partial<FrameworkDescriptor> & Pick<FrameworkDescriptor, 'name'>
