import { frameworkSchema } from './framework-schema.js'
import { ruleDescriptions, traceRuleDescriptions } from './rule-descriptions.js'

/** The part of JSON Schema (draft-07) that the config needs; `configSchema` is written in it and validation reads it. */
export interface Schema {
  readonly $schema?: string
  readonly title?: string
  readonly description?: string
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean'
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly not?: { readonly const: string }
  readonly minimum?: number
  readonly anyOf?: readonly Schema[]
}

/** A field of an argument: `0.title`. */
export const placePattern = '^\\d+(\\.[^.\\s]+)+$'

/** An argument by its number, or a field of it. */
const place = (description: string): Schema => ({ description, anyOf: [{ type: 'integer', minimum: 0 }, { type: 'string', pattern: placePattern }] })

const strings = (description: string): Schema => ({ type: 'array', description, items: { type: 'string' } })

/** The schema of `spanguard.config.{json,js,ts}` and of `settings.spanguard`. */
export const configSchema: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Spanguard configuration',
  type: 'object',
  additionalProperties: false,
  properties: {
    $schema: { type: 'string', description: 'Where the editor finds this schema.' },
    extends: {
      description: 'A config file, or several, that this one stands on; what is written here wins, arrays replace.',
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    },
    attributes: {
      type: 'object',
      description: 'What may be an attribute.',
      additionalProperties: false,
      properties: {
        allow: {
          type: 'array',
          description: 'Keys that are allowed besides the semantic conventions; `order.*` allows a namespace.',
          items: { type: 'string', pattern: '^[^*\\s]+(\\.\\*)?$' },
        },
        deny: {
          type: 'array',
          description: 'Keys that are never exported, whatever else allows them.',
          items: { type: 'string', pattern: '^[^*\\s]+(\\.\\*)?$' },
        },
        sensitive: {
          type: 'object',
          description: 'Names that mean something sensitive here, or that do not.',
          additionalProperties: false,
          properties: {
            ignore: strings('Keys or names that are not sensitive in this project.'),
            add: strings('Keys or names that are sensitive in this project.'),
          },
        },
      },
    },
    spanNames: {
      type: 'object',
      description: 'How spans are named.',
      additionalProperties: false,
      properties: {
        style: { type: 'string', description: 'The form of a name.', enum: ['domain.action', 'any'] },
        domains: strings('The domains that a name may begin with; none given, any.'),
        technicalWords: {
          type: 'object',
          description: 'Words that say nothing of the business.',
          additionalProperties: false,
          properties: {
            add: strings('Words that are technical here.'),
            remove: strings('Words that mean something to the business here.'),
          },
        },
      },
    },
    setup: {
      type: 'object',
      description: 'How services are traced.',
      additionalProperties: false,
      properties: {
        approved: strings('Packages and modules (relative to this file) that may set tracing up.'),
        accept: strings('Other APMs whose services count as traced: `dd-trace`.'),
        preload: { type: 'boolean', description: 'The platform preloads the tracing of every service.' },
        entries: strings('Modules that services start with, where no start command says so.'),
      },
    },
    helpers: {
      type: 'array',
      description: "The project's own functions that start, rename or annotate spans. Arguments count from 0; `0.title` is a field of one.",
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['module', 'export'],
        properties: {
          module: { type: 'string', description: 'Package or module (relative to this file).' },
          export: { type: 'string', description: 'The name it is exported under.' },
          name: place('Which argument is the name of the span that it starts.'),
          attributes: place('Which argument holds the attributes, or options with them.'),
          callback: { type: 'integer', minimum: 0, description: 'Which argument runs inside the span.' },
          ends: { type: 'boolean', description: 'It ends the span itself.' },
          records: { type: 'boolean', description: 'It records what its callback throws.' },
          rename: place('Which argument becomes the new name of a span.'),
          event: place('Which argument is the name of an event that it adds; `attributes` are those of the event, unless it starts a span too.'),
          statusMessage: place('Which argument becomes the message of the status.'),
          writes: {
            type: 'array',
            description: 'Attributes that it sets one by one.',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['key'],
              properties: {
                key: { description: 'The key itself, or which argument is the key.', anyOf: [{ type: 'integer', minimum: 0 }, { type: 'string' }] },
                value: place('Which argument is the value.'),
              },
            },
          },
        },
      },
    },
    frameworks: {
      type: 'array',
      description: 'In-house servers and queues, in the shape of the built-in frameworks.',
      items: frameworkSchema,
    },
    handlers: {
      type: 'object',
      description: 'Which handlers need no trace.',
      additionalProperties: false,
      properties: { ignore: strings('`METHOD /route` of handlers that need none: `GET /healthz`.') },
    },
    severity: {
      type: 'object',
      description: 'Severity of the findings of spanguard check and spanguard audit by rule.',
      additionalProperties: false,
      properties: Object.fromEntries(
        Object.entries({ ...ruleDescriptions, ...traceRuleDescriptions })
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([name, description]) => [name, { type: 'string', description: `${description}.`, enum: ['error', 'warn', 'off'] }]),
      ),
    },
    files: {
      type: 'object',
      description: 'Which files are looked at.',
      additionalProperties: false,
      properties: {
        tests: strings('Globs of tests, in which every rule is silent.'),
        ignore: strings('Globs of files that are not looked at.'),
      },
    },
  },
}
