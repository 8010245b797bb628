import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { check, type CheckResult } from '../../src/checker/index.js'
import { reporters } from '../../src/checker/report/index.js'
import { ruleHelp, rulePages } from '../../src/cli/rule-pages.js'
import { services } from './fixtures.js'

const root = path.resolve(import.meta.dirname, '../..')
const require = createRequire(import.meta.url)
/** The OASIS schema of SARIF 2.1.0, as Microsoft's matcher for Jest carries it. */
const sarifSchema = path.join(path.dirname(require.resolve('@microsoft/jest-sarif/package.json')), 'lib/schemas/sarif-2.1.0-rtm.5.json')
const pages = rulePages()
const options = { color: false, quiet: false, version: '1.2.3', ruleHelp: (rule: string) => ruleHelp(pages, rule) }

/** Results that fill every part of a report: findings with and without ways, problems, several services, none. */
const results = await Promise.all([
  check({ cwd: services, paths: ['workspace'], allRules: true, minCoverage: 100 }),
  check({ cwd: services, paths: ['bad-syntax', 'express-untraced', 'other-apm', 'conditional-setup'], allRules: true }),
  check({ cwd: path.join(root, 'examples/shop/before'), allRules: true }),
  check({ cwd: path.join(root, 'test/fixtures/facts'), allRules: true }),
])

describe.each<[string, string]>([['json', path.join(root, 'schema/check.schema.json')], ['sarif', sarifSchema]])('%s', (format, file) => {
  const schema = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  // SARIF's is of draft 4, of which it uses nothing that draft 7 reads otherwise but for its own name.
  if (String(schema['$schema']).includes('draft-04')) {
    delete schema['$schema']
    delete schema['id']
  }
  const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false })
  addFormats.default(ajv)
  const validate = ajv.compile(schema)
  const report = (result: CheckResult): unknown => JSON.parse(reporters[format]?.(result, options) ?? '')

  it.each(results.map((result, index) => [index, result.findings.length, result] as const))('result %i with %i findings is valid', (_index, _count, result) => {
    validate(report(result))
    expect(validate.errors).toBeNull()
  })

  it('holds the schema to be no formality: a finding without its place is refused', () => {
    const data = report(results[0]) as { findings?: { line?: number }[]; runs?: { results: { message?: unknown }[] }[] }
    if (data.findings?.[0]) delete data.findings[0].line
    if (data.runs?.[0]?.results[0]) delete data.runs[0].results[0].message
    expect(validate(data)).toBe(false)
  })
})

describe('sarif', () => {
  interface Rule { readonly id: string; readonly shortDescription: { readonly text: string }; readonly help: { readonly text: string; readonly markdown: string } }
  const rulesOf = (result: CheckResult): readonly Rule[] => (JSON.parse(reporters['sarif']?.(result, options) ?? '') as { runs: [{ tool: { driver: { rules: Rule[] } } }] }).runs[0].tool.driver.rules

  it("carries the page of every rule that it names, ESLint's and the checker's own", () => {
    const rules = results.flatMap(rulesOf)
    expect(rules.map(rule => rule.id)).toEqual(expect.arrayContaining(['spanguard/no-sensitive-data', 'spanguard/require-handler-tracing', 'spanguard/handler-coverage', 'spanguard/disable-comment']))
    for (const { id, help, shortDescription } of rules) {
      expect(help.markdown.length, id).toBeGreaterThan(100)
      expect(shortDescription.text, id).toMatch(/^[A-Z`].{20,}/u)
      expect(help.markdown, id).not.toContain('npm run docs')
    }
  })
})
