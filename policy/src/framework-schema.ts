import type { Schema } from './config-schema.js'

const text = (description: string): Schema => ({ type: 'string', description })
const texts = (description: string): Schema => ({ type: 'array', description, items: { type: 'string' } })
const index = (description: string): Schema => ({ type: 'integer', minimum: 0, description })
const flag = (description: string): Schema => ({ type: 'boolean', description })
const object = (description: string, properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  description,
  additionalProperties: false,
  properties,
  required,
})
const rows = (description: string, items: Schema): Schema => ({ type: 'array', description, items })

const usage: Schema = { type: 'string', enum: ['call', 'new', 'either', 'value'], description: 'How the export is used.' }
const reference = {
  module: text('The module; a trailing `/*` takes in every subpath.'),
  export: text('The export: `default` for the module itself, `*` for every one.'),
  as: usage,
}
const exportRef = object('An export of a module.', reference, ['module', 'export'])
const methods = texts('Names of methods.')
const on = text('The object that the methods are called on, by its name in `objects`.')

/** The schema of one row of the config's `frameworks`; its shape is `DeclaredFramework`. */
export const frameworkSchema: Schema = object(
  'A framework of the house, or what to change in a built-in one of that name.',
  {
    name: text('Stands in facts; the name of a built-in framework changes that one.'),
    label: text('Stands in messages.'),
    kind: { type: 'string', enum: ['app', 'server', 'consumer', 'function'], description: 'What is judged.' },
    modules: texts('A file that names none of them has nothing of this framework.'),
    objects: {
      type: 'object',
      description: 'The objects of the framework by name, and how each comes to be.',
      additionalProperties: rows('Ways in which the object comes to be.', object('One way.', {
        ...reference,
        of: text('The object whose method or property gives this one.'),
        method: text('The method that gives it.'),
        property: text('The property that holds it.'),
        callback: index('It is this parameter of the function among the arguments.'),
        path: index('The argument that holds the path of all its routes.'),
        type: text('A type of the module: what is annotated with it was made elsewhere.'),
      })),
    },
    roots: texts('The objects that are judged.'),
    handlers: rows('Calls that register handlers.', object('A call on an object (`on`, `methods`) or of an export (`call`).', {
      on,
      methods,
      call: exportRef,
      path: index('The argument that holds the path, topic or queue.'),
      pathOptional: flag('The path may be left out.'),
      pathIs: texts('The only values of the path that count.'),
      pathProperties: texts("What the path is called in the handler's argument."),
      handler: {
        description: 'The first argument that can be a handler, or `last`.',
        anyOf: [{ type: 'integer', minimum: 0 }, { type: 'string', enum: ['last'] }],
      },
      handlerProperties: texts('The properties of that argument that hold handlers; `*` for all.'),
      fieldsOf: texts('The property holds a map of maps: every field of these is a handler.'),
      httpMethod: {
        description: "The HTTP method: `name` for the method's own name, or where it stands.",
        anyOf: [
          { type: 'string', enum: ['name'] },
          object('Where it stands.', {
            argument: index('The argument that holds it.'),
            property: text("The property of the handler's argument that holds it."),
            is: text('The method itself, in capitals.'),
          }),
        ],
      },
      functionOnly: flag('It counts only when a function of the file stands there.'),
      isMiddleware: flag('Its result is given to a middleware method.'),
    }, ['handler'])),
    middleware: rows('Calls that register middleware or mount parts.', object('A middleware method.', {
      on,
      methods,
      counts: { type: 'array', description: 'What of it counts as handlers.', items: { type: 'string', enum: ['functions', 'mounts'] } },
    }, ['on', 'methods'])),
    listens: rows('Methods that start serving.', object('A method.', { on, methods }, ['on', 'methods'])),
    servedBy: rows('Functions that serve an object given to them.', exportRef),
    mountedBy: rows('Functions that make a mount of what is given to them.', exportRef),
    mountMethods: texts('Methods whose result is the routes of a router.'),
    partsLookAlike: flag('A part of an app looks like an app.'),
    scheduled: flag('A clock runs its handlers: the first argument of a registration says when.'),
    rootModule: object('The class that holds the handlers.', {
      argument: index('The argument of the creation that names it.'),
      decorator: exportRef,
      handlers: texts("The decorator's lists that bring handlers."),
      list: text("The decorator's list that tracing is added to."),
    }, ['argument', 'decorator', 'handlers', 'list']),
    ignores: texts('Modules whose handlers are machinery.'),
    chains: texts('Methods that return the object they are called on.'),
    tracedBy: rows('What traces.', exportRef),
    decorators: rows('Decorators that make handlers.', object('Decorators of a module.', {
      module: text('The module.'),
      names: texts('Names of decorators.'),
      on: { type: 'string', enum: ['class', 'method'], description: 'What they stand on.' },
      path: index('The argument that holds the path.'),
      httpMethod: { type: 'string', enum: ['name'], description: "The HTTP method is the decorator's name." },
    }, ['module', 'names', 'on'])),
    exports: rows('Handlers that a file exports.', object('Exports of a file.', {
      files: texts('Globs of the files.'),
      names: texts('Names of exports; `*` for every one.'),
      httpMethod: { type: 'string', enum: ['name'], description: "The HTTP method is the export's name." },
      types: texts('Types that say it is a handler.'),
      parameters: texts('Names of its first parameter.'),
      called: texts('Conventional names of the export, for which the type of the second parameter is enough.'),
      contexts: texts('Types of that second parameter.'),
      engines: texts('Modules that put middleware around such a function and do nothing else.'),
    }, ['names'])),
    ordered: flag('Tracing counts only for what is registered after it.'),
    insert: object('What mends an untraced object.', {
      module: text('The module that is imported.'),
      export: text('The name that is imported.'),
      statement: text('A statement behind the creation: `{object}.use({import}())`.'),
      chain: text('The same in a chain: `.use({import}())`.'),
      wrap: text('What a handler becomes: `{import}({handler})`.'),
      element: text("A new element of the root module's list."),
      option: object('A new element of a list among the options of the creation.', {
        property: text("The option's name: `interceptors`."),
        element: text('The element: `{import}()`.'),
      }, ['property', 'element']),
      replace: text('What the creation becomes: `{createServer}({import}({arguments}))`.'),
      also: rows('Other exports that `replace` speaks of.', exportRef),
      spanAction: text('The callback runs in a span of this action.'),
      as: { type: 'string', enum: ['fix', 'suggestion'], description: 'Applied by `--fix`, or offered in the editor.' },
    }, ['module', 'export', 'as']),
  },
  ['name'],
)
