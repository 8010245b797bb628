import { configSchema, placePattern, type Schema } from './config-schema.js'
import { findContradiction } from './contradictions.js'
import type { DeclaredFramework } from './framework.js'
import { findNearest } from './nearest.js'

export type Severity = 'error' | 'warn' | 'off'

/** An argument, counted from 0, or a field of one: `0.title`. */
export type ArgumentPlace = number | `${number}.${string}`

/** A function of the project's own that starts, renames or annotates a span. */
export interface HelperConfig {
  module: string
  export: string
  name?: ArgumentPlace
  attributes?: ArgumentPlace
  callback?: number
  ends?: boolean
  records?: boolean
  rename?: ArgumentPlace
  event?: ArgumentPlace
  statusMessage?: ArgumentPlace
  /** Attributes that it sets one by one; a key that is a text is the key itself. */
  writes?: readonly { key: number | string; value?: ArgumentPlace }[]
}

/** `spanguard.config.{json,js,ts}` and `settings.spanguard`. */
export interface Config {
  $schema?: string
  extends?: string | readonly string[]
  attributes?: {
    allow?: readonly string[]
    deny?: readonly string[]
    sensitive?: { ignore?: readonly string[]; add?: readonly string[] }
  }
  spanNames?: {
    style?: 'domain.action' | 'any'
    domains?: readonly string[]
    technicalWords?: { add?: readonly string[]; remove?: readonly string[] }
  }
  setup?: {
    approved?: readonly string[]
    accept?: readonly string[]
    preload?: boolean
    entries?: readonly string[]
  }
  helpers?: readonly HelperConfig[]
  frameworks?: readonly DeclaredFramework[]
  handlers?: { ignore?: readonly string[] }
  severity?: Readonly<Record<string, Severity>>
  files?: { tests?: readonly string[]; ignore?: readonly string[] }
}

/** The config with every key filled in: what the judges take, and what `spanguard.policy.json` holds. */
export interface Policy {
  readonly attributes: {
    readonly allow: readonly string[]
    readonly deny: readonly string[]
    readonly sensitive: { readonly ignore: readonly string[]; readonly add: readonly string[] }
  }
  readonly spanNames: {
    readonly style: 'domain.action' | 'any'
    readonly domains: readonly string[]
    readonly technicalWords: { readonly add: readonly string[]; readonly remove: readonly string[] }
  }
  readonly files: { readonly tests: readonly string[]; readonly ignore: readonly string[] }
}

/** Where tests stand by default. */
const TESTS = [
  '**/*.{test,spec,e2e,bench}.{js,mjs,cjs,jsx,ts,mts,cts,tsx}',
  '**/*.{stories,story}.{js,jsx,ts,tsx}',
  '**/test.{js,mjs,cjs,jsx,ts,mts,cts,tsx}',
  '**/{__tests__,__mocks__,test,tests,e2e,cypress,bench,benchmarks,{e2e,integration,unit}-{test,tests}}/**',
]

/** A config that is not valid, in one sentence: which file, where in it, what to do. */
export class ConfigError extends Error {
  /** The file, or where else the config stands (`settings.spanguard`). */
  readonly file: string
  /** The key in it, dotted; empty for the config as a whole. */
  readonly path: string
  constructor(file: string, path: string, problem: string) {
    super(`${file}: ${path === '' ? '' : `"${path}" `}${problem}`)
    this.name = 'ConfigError'
    this.file = file
    this.path = path
  }
}

/**
 * A config as it was read, checked key by key.
 *
 * @param file what messages call it
 * @throws ConfigError at the first key that does not exist, has a value of the wrong type, or undoes what another one says
 */
export function parseConfig(input: unknown, file: string): Config {
  check(input, configSchema, '', file)
  const config = input as Config
  const contradiction = findContradiction(config)
  if (contradiction !== null) throw new ConfigError(file, contradiction.path, contradiction.problem)
  return config
}

/** The policy that a config makes. Lists are sorted and without doubles, so that equal policies have equal hashes. */
export function toPolicy(config: Config): Policy {
  const { attributes, files, spanNames } = config
  return {
    attributes: {
      allow: normalise(attributes?.allow),
      deny: normalise(attributes?.deny),
      sensitive: { ignore: normalise(attributes?.sensitive?.ignore), add: normalise(attributes?.sensitive?.add) },
    },
    spanNames: {
      style: spanNames?.style ?? 'domain.action',
      domains: normalise(spanNames?.domains),
      technicalWords: { add: normalise(spanNames?.technicalWords?.add), remove: normalise(spanNames?.technicalWords?.remove) },
    },
    // Globs: the order is the author's.
    files: { tests: files?.tests ?? TESTS, ignore: files?.ignore ?? [] },
  }
}

function normalise(list: readonly string[] = []): readonly string[] {
  return [...new Set(list)].sort()
}

/** The policy without any config. */
export const builtInPolicy: Policy = toPolicy({})

/** Gives a config back as it is, its lists as literal types. */
export function defineConfig<const Given extends Config>(config: Given): Given {
  return config
}

function check(value: unknown, schema: Schema, path: string, file: string): void {
  if (schema.anyOf !== undefined) {
    const alternatives = schema.anyOf
    if (alternatives.some((alternative) => typeOf(value) === alternative.type)) {
      for (const alternative of alternatives) if (typeOf(value) === alternative.type) check(value, alternative, path, file)
      return
    }
    throw new ConfigError(file, path, `must be ${alternatives.map(({ type }) => describe(type)).join(' or ')}, not ${show(value)}.`)
  }
  if (schema.type !== undefined && !isOf(value, schema.type)) {
    throw new ConfigError(file, path, `must be ${describe(schema.type)}, not ${show(value)}.`)
  }
  if (typeof value === 'string') checkText(value, schema, path, file)
  if (typeof value === 'number' && schema.minimum !== undefined && value < schema.minimum) {
    throw new ConfigError(file, path, `must be at least ${schema.minimum}, not ${value}.`)
  }
  if (Array.isArray(value) && schema.items !== undefined) {
    for (const [index, item] of value.entries()) check(item, schema.items, `${path}[${index}]`, file)
  }
  if (schema.type === 'object') checkObject(value as Record<string, unknown>, schema, path, file)
}

function checkText(value: string, schema: Schema, path: string, file: string): void {
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    const nearest = findNearest(value, schema.enum)
    throw new ConfigError(
      file,
      path,
      `must be one of ${schema.enum.map((each) => `"${each}"`).join(', ')}, not "${value}"${nearest === null ? '.' : `: did you mean "${nearest}"?`}`,
    )
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) throw new ConfigError(file, path, sayPattern(value, schema.pattern))
}

function sayPattern(value: string, pattern: string): string {
  if (pattern === placePattern) return `is "${value}": write which argument it is (0), or a field of one ("0.title").`
  return value === '*' ?
      'must not be "*": list the keys, or a namespace such as "order.*", so that what nobody listed stays out of traces.'
    : `is "${value}": write a key ("order.id") or a namespace ("order.*").`
}

function checkObject(value: Record<string, unknown>, schema: Schema, path: string, file: string): void {
  const known = schema.properties ?? {}
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`)
  for (const [key, inner] of Object.entries(value)) {
    if (Object.hasOwn(known, key)) {
      const property = known[key]
      if (property !== undefined) check(inner, property, at(key), file)
    } else if (schema.additionalProperties === false) {
      // Rules are written with their prefix in every ESLint config.
      const nearest = findNearest(key.replace(/^spanguard\//, ''), Object.keys(known)) ?? findElsewhere(key, configSchema)
      throw new ConfigError(
        file,
        at(key),
        `does not exist${nearest === null ? `: known here are ${Object.keys(known).join(', ')}.` : `: did you mean "${nearest}"?`}`,
      )
    } else if (typeof schema.additionalProperties === 'object') {
      check(inner, schema.additionalProperties, at(key), file)
    }
  }
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) throw new ConfigError(file, at(key), 'is missing: write it.')
  }
}

/** The path of a key of that very name anywhere in the schema. */
function findElsewhere(key: string, schema: Schema, prefix = ''): string | null {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const path = prefix === '' ? name : `${prefix}.${name}`
    if (name === key) return path
    const inner = findElsewhere(key, property, path)
    if (inner !== null) return inner
  }
  return null
}

type SchemaType = NonNullable<Schema['type']>

function typeOf(value: unknown): SchemaType | null {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : null
  if (typeof value === 'object') return value === null ? null : 'object'
  return typeof value === 'string' || typeof value === 'boolean' ? (typeof value as 'string' | 'boolean') : null
}

function isOf(value: unknown, type: SchemaType): boolean {
  return typeOf(value) === type
}

function describe(type: SchemaType | undefined): string {
  switch (type) {
    case 'object':
      return 'an object'
    case 'array':
      return 'a list'
    case 'integer':
      return 'a whole number'
    case 'boolean':
      return 'true or false'
    case 'string':
    case undefined:
      return 'a text'
  }
}

function show(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'object':
      return 'an object'
    case 'string':
      return `"${value}"`
    case 'number':
    case 'boolean':
      return String(value)
    default:
      return typeof value
  }
}
