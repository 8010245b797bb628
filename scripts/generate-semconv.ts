import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/**
 * Writes policy/src/semconv/ (and src/otel/stable-keys.ts) from the published package of OpenTelemetry's semantic conventions: the keys it has, and those
 * it calls deprecated with the replacement that it states. Run after a new version of the package:
 * `npx tsx scripts/generate-semconv.ts`.
 */
const require = createRequire(import.meta.url)
const folder = path.resolve(path.dirname(require.resolve('@opentelemetry/semantic-conventions')), '..')
const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }
const values = require('@opentelemetry/semantic-conventions/incubating') as Readonly<Record<string, unknown>>
const target = path.resolve(import.meta.dirname, '../policy/src/semconv')
/** Read by fixers only: what runs in a service need not carry it. */
const forFixers = path.resolve(import.meta.dirname, '../src/otel')

interface Attribute {
  /** A key, or `prefix.*` where the rest is the caller's. */
  readonly key: string
  readonly deprecated: string | null
}

const stable = readFile('stable_attributes')
const attributes = [...stable, ...readFile('experimental_attributes')]
const known = new Set(attributes.map(({ key }) => key))
/** How many keys each namespace has: a word that is the whole namespace of one key (`state`, `pool.name`) is anybody's. */
const sizes = new Map<string, number>()
for (const key of known) sizes.set(namespaceOf(key), (sizes.get(namespaceOf(key)) ?? 0) + 1)
const renamed = attributes.flatMap(({ key, deprecated }) => {
  if (sizes.get(namespaceOf(key)) === 1) return []
  const replacement = deprecated === null ? null : readReplacement(deprecated)
  return replacement === null ? [] : [[key, replacement] as const]
})
const replaced = [...renamed, ...readOlder('trace/SemanticAttributes'), ...readOlder('resource/SemanticResourceAttributes')]
const replacedKeys = new Set(replaced.map(([key]) => key))
const current = [...known].filter((key) => !replacedKeys.has(key)).sort()

write(
  'keys.ts',
  `${current.length} attribute keys; \`.*\` stands for a rest that the caller chooses. Split by \`listed-keys.ts\`.`,
  `export const conventionalKeys =\n${wrap(current)}\n`,
)
write(
  'deprecated.ts',
  `${replaced.length} keys that the conventions replaced: the key to write instead, or (in words) the several.`,
  `export const deprecatedKeys: Readonly<Record<string, string>> = {\n${replaced
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, replacement]) => `  '${key}': ${quote(replacement)},\n`)
    .join('')}}\n`,
)

const stableKeys = stable.map(({ key }) => key).filter((key) => !key.endsWith('*') && !replacedKeys.has(key)).sort()
write(
  'stable-keys.ts',
  `${stableKeys.length} keys whose constants the main entry of the conventions' package has.`,
  `export const stableKeys: ReadonlySet<string> = new Set(\n  (\n${wrap(stableKeys).replace(/^/gm, '  ')}\n  ).split(' '),\n)\n`,
  forFixers,
)

/** Values that an enumerated key had and the key that replaced it has not: `mssql` is `microsoft.sql_server` now. */
const changed = replaced.flatMap(([key, replacement]) => {
  const before = enumerated(key)
  const now = new Set(enumerated(replacement))
  const gone = now.size === 0 ? [] : before.filter((value) => !now.has(value)).sort()
  return gone.length === 0 ? [] : [[key, gone] as const]
})
write(
  'changed-values.ts',
  `${changed.length} keys whose replacement calls some of their values otherwise, with these values.`,
  `export const changedValues: Readonly<Record<string, readonly string[]>> = {\n${changed
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, gone]) => `  '${key}': [${gone.map(quote).join(', ')}],\n`)
    .join('')}}\n`,
  forFixers,
)

function enumerated(key: string): string[] {
  const prefix = `${key.toUpperCase().replaceAll('.', '_')}_VALUE_`
  return Object.entries(values).flatMap(([name, value]) => (name.startsWith(prefix) && typeof value === 'string' ? [value] : []))
}

function readFile(file: string): readonly Attribute[] {
  return readAttributes(readFileSync(path.join(folder, 'dist', `${file}.d.cts`), 'utf8'))
}

function namespaceOf(key: string): string {
  return key.split('.')[0] ?? key
}

function readAttributes(source: string): readonly Attribute[] {
  return [...source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*declare const (ATTR_\w+): /g)].map(([, comment = '', name = '']) => ({
    key: keyOf(name),
    deprecated: /@deprecated ([\s\S]*?)(?=\n \* @|$)/.exec(comment)?.[1]?.replace(/\s*\n \*\s*/g, ' ').trim() ?? null,
  }))
}

/**
 * The keys of the constants of line 1.7 (`SEMATTRS_…`) that the conventions renamed before they stated deprecations: the package says
 * of each constant which one to use instead.
 */
function readOlder(file: string): (readonly [string, string])[] {
  const source = readFileSync(path.join(folder, 'dist', `${file}.d.cts`), 'utf8')
  const later = new Map<string, string>(renamed)
  return [...source.matchAll(/@deprecated Use (ATTR_\w+)[^\n]*\n \*\/\ndeclare const SEM(?:RES)?ATTRS_\w+ = "([^"]+)"/g)].flatMap(([, name = '', key = '']) => {
    const used = values[name]
    if (typeof used !== 'string' || known.has(key)) return []
    return [[key, later.get(used) ?? used] as const]
  })
}

function keyOf(name: string): string {
  const value = values[name]
  if (typeof value === 'string') return value
  if (typeof value === 'function') return String((value as (key: string) => unknown)('*'))
  throw new Error(`${name} is declared in the types and missing from the package.`)
}

/** One key, or a phrase with the keys in quotes; null when the text names no key that takes the value over. */
function readReplacement(text: string): string | null {
  if (!/^(?:Record|Replaced by|Split|Use|Value should be included in)\b/.test(text) || /for example/i.test(text)) return null
  const keys = [...text.matchAll(/`([^`]+)`/g)].map(([, key = '']) => key)
  if (keys.length === 0 || !keys.every((key) => known.has(key) || known.has(`${key}.*`) || isOfTemplate(key))) return null
  const only = /^Replaced by `([^`]+)`(?:\.|, which has moved\b.*)$/.exec(text)?.[1]
  if (only !== undefined) return known.has(only) || isOfTemplate(only) ? only : `${only}.*`
  return text
    .replace(/^(?:Replaced by|Use|Split to|Split into) /, '')
    .replace(/^Value should be included in /, 'a part of ')
    .replace(/^Record string representation of the [\w ]+ in /, '')
    .replace(/^string representation of the [\w -]+ on the /, '')
    .replace(/\.$/, '')
    .replace(/ (?:attribute|instead)$/, '')
    .replace(/\. No replacement/, ', no replacement')
    .replace(/`/g, '"')
}

/** `http.request.header.host` of `http.request.header.*` */
function isOfTemplate(key: string): boolean {
  return known.has(`${key.slice(0, key.lastIndexOf('.'))}.*`)
}

function wrap(words: readonly string[]): string {
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    if (line.length + word.length > 110) {
      lines.push(line)
      line = ''
    }
    line += `${word} `
  }
  return [...lines, line.trimEnd()].map((each) => `  '${each}'`).join(' +\n')
}

function quote(text: string): string {
  return `'${text.replace(/'/g, "\\'")}'`
}

function write(file: string, summary: string, code: string, to = target): void {
  const head = `/** ${summary}\n * Source: @opentelemetry/semantic-conventions ${version}. Generated by scripts/generate-semconv.ts. */\n`
  writeFileSync(path.join(to, file), head + code)
}
