import type { RuleDocs } from '../src/create-rule.js'

/** What the documentation needs of a rule's `meta`. */
export interface RuleMeta {
  readonly docs?: RuleDocs
  readonly fixable?: 'code' | 'whitespace'
  readonly hasSuggestions?: boolean
  readonly schema?: unknown
}

const headerEnd = '<!-- end of the header that npm run docs writes -->'
const tableStart = '<!-- rules: written by npm run docs -->'
const tableEnd = '<!-- end of rules -->'

/** The top of a rule's page: its name, what it requires, where it is on, and what it can mend. */
export function pageHeader(name: string, meta: RuleMeta): string {
  const docs = docsOf(name, meta)
  const notes = [
    docs.recommended
      ? 'On in the presets `recommended` and `strict`.'
      : docs.strict
        ? 'On in the preset `strict`.'
        : 'On in no preset but `all`.',
    meta.fixable === undefined ? null : '🔧 `eslint --fix` mends some of its findings.',
    meta.hasSuggestions === true ? '💡 Some of its findings come with a suggestion in the editor.' : null,
    docs.types === 'optional' ? '💭 Types sharpen its answers where the parser brings them; it needs none.' : null,
  ]
  return [`# ${name}`, `${docs.description}.`, notes.filter((note) => note !== null).join('\\\n'), headerEnd].join('\n\n')
}

/** A page with its header replaced, or put before a page that has none. */
export function replaceHeader(page: string, header: string): string {
  const end = page.indexOf(headerEnd)
  if (end >= 0) return header + page.slice(end + headerEnd.length)
  return `${header}\n\n${page.replace(/^# .*\n+/, '')}`
}

/** The README's table: one row a rule, in the order of their names. */
export function rulesTable(rules: Readonly<Record<string, { meta: RuleMeta }>>): string {
  const rows = Object.entries(rules)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, { meta }]) => {
      const docs = docsOf(name, meta)
      const preset = docs.recommended ? 'recommended' : docs.strict ? 'strict' : 'all'
      const marks = [
        meta.fixable === undefined ? '' : '🔧',
        meta.hasSuggestions === true ? '💡' : '',
        docs.types === 'optional' ? '💭' : '',
      ]
      return `| [\`${name}\`](docs/rules/${name}.md) | ${docs.description} | ${preset} | ${marks.join('')} |`
    })
  return ['| rule | | preset | |', '|---|---|---|---|', ...rows].join('\n')
}

/** The README with the table between its two marks replaced. Throws when the marks are not there. */
export function replaceRulesTable(readme: string, table: string): string {
  const start = readme.indexOf(tableStart)
  const end = readme.indexOf(tableEnd)
  if (start < 0 || end < start) throw new Error(`README.md holds no "${tableStart}" before a "${tableEnd}".`)
  return `${readme.slice(0, start)}${tableStart}\n${table}\n${readme.slice(end)}`
}

function docsOf(name: string, { docs }: RuleMeta): RuleDocs {
  if (docs === undefined) throw new Error(`The rule ${name} has no meta.docs.`)
  return docs
}
