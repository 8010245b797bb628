import { describe, expect, it } from 'vitest'
import { check } from '../../src/checker/index.js'
import { reporters, type ReportOptions } from '../../src/checker/report/index.js'
import { rules } from '../../src/index.js'
import { services } from './fixtures.js'

const options: ReportOptions = { color: false, quiet: false, version: '0.0.0' }
const result = await check({ paths: ['workspace'], cwd: services })
const report = (format: string, given: Partial<ReportOptions> = {}): string => reporters[format]?.(result, { ...options, ...given }) ?? ''

describe('pretty', () => {
  it('shows the place, the line with a mark under it, and the way', () => {
    const text = report('pretty')
    expect(text).toContain('apps/stock/src/main.ts:4:5  error  spanguard/require-handler-tracing')
    expect(text).toMatch(/> 4 \| new ShopServer\(\).*\n\s+\|\s+\^{10}\n/u)
    expect(text).toMatch(/→ packages\/server\/src\/index\.ts:13\s+the server is made here/u)
  })

  it('ends with the coverage of each service and a count', () => {
    expect(report('pretty')).toMatch(/billing +1\/1 +100 %.*\n.*mail +1\/1 +100 %.*\n.*stock +0\/1 +0 %.*\n\n✗ \d+ errors? in 3 services/u)
  })

  it('writes no terminal sequences without colour, and some with it', () => {
    expect(report('pretty').includes('\u001B[')).toBe(false)
    expect(report('pretty', { color: true }).includes('\u001B[')).toBe(true)
  })
})

describe('json', () => {
  it('has relative paths, lines and columns from 1, and a fingerprint', () => {
    const data = JSON.parse(report('json')) as { findings: Record<string, unknown>[]; services: Record<string, unknown>[] }
    const finding = data.findings.find(one => one['rule'] === 'spanguard/require-handler-tracing')
    expect(finding).toMatchObject({ file: 'apps/stock/src/main.ts', line: 4, column: 5, endLine: 4, endColumn: 15, service: 'stock', severity: 'error' })
    expect(finding?.['fingerprint']).toMatch(/^[0-9a-f]{32}$/u)
    expect(data.services.map(service => [service['name'], service['traced'], service['handlers']])).toEqual([['billing', 1, 1], ['mail', 1, 1], ['stock', 0, 1]])
    expect(report('json')).not.toContain(services)
  })
})

describe('sarif', () => {
  interface Log { version: string; runs: [{ tool: { driver: { rules: { id: string; helpUri: string; shortDescription: { text: string } }[] } }; results: { ruleId: string; ruleIndex: number; locations: { physicalLocation: { artifactLocation: { uri: string; uriBaseId: string }; region: Record<string, number> } }[]; partialFingerprints: Record<string, string>; codeFlows?: unknown[] }[] }] }
  const log = JSON.parse(report('sarif')) as Log
  const [run] = log.runs

  it('is version 2.1.0, each result of a rule that the run describes', () => {
    expect(log.version).toBe('2.1.0')
    for (const one of run.results) expect(run.tool.driver.rules[one.ruleIndex]?.id).toBe(one.ruleId)
    expect(run.tool.driver.rules.every(rule => /\.md(?:#|$)/u.test(rule.helpUri) && rule.helpUri.includes(rule.id.replace('spanguard/', '')))).toBe(true)
  })

  it('says of every rule what it asks for', () => {
    const described = run.tool.driver.rules.map(({ id, shortDescription }) => [id.replace('spanguard/', ''), shortDescription.text])
    for (const [name, rule] of Object.entries(rules)) expect(described).toContainEqual([name, `${rule.meta.docs?.description ?? ''}.`])
  })

  it('has relative URIs, regions that start from 1 and do not end before, and fingerprints', () => {
    for (const one of run.results) {
      const { artifactLocation, region } = one.locations[0]?.physicalLocation ?? { artifactLocation: { uri: '/', uriBaseId: '' }, region: {} }
      expect(artifactLocation.uri).toMatch(/^[^/].*\.ts$/u)
      expect(region['startLine']).toBeGreaterThan(0)
      expect(region['endColumn']).toBeGreaterThanOrEqual(region['startColumn'] ?? Infinity)
      expect(one.partialFingerprints['spanguard/v1']).toHaveLength(32)
    }
  })

  it('carries the way as a code flow', () => {
    expect(run.results.some(one => (one.codeFlows?.length ?? 0) > 0)).toBe(true)
  })
})

describe('github', () => {
  it('writes one command a finding, with what would end a property or a line escaped', () => {
    const lines = report('github', { quiet: true }).trim().split('\n')
    expect(lines).toHaveLength(result.findings.length)
    expect(lines.every(line => /^::error file=[^:]+,line=\d+,endLine=\d+,col=\d+,endColumn=\d+,title=spanguard\/[\w-]+::\S/u.test(line))).toBe(true)
  })
})

describe('gitlab', () => {
  it('is a list with a path, a line and a unique fingerprint each', () => {
    const list = JSON.parse(report('gitlab')) as { fingerprint: string; location: { path: string; lines: { begin: number } } }[]
    expect(new Set(list.map(one => one.fingerprint)).size).toBe(result.findings.length)
    expect(list.map(one => one.location.path)).toContain('apps/stock/src/main.ts')
  })
})

describe('junit', () => {
  it('has a case for each handler and fails those that nothing traces', () => {
    const text = report('junit')
    expect(text).toContain('<testsuite name="stock" tests="1" failures="1" errors="0" skipped="0">')
    expect(text).toContain('<testsuite name="billing" tests="1" failures="0" errors="0" skipped="0">')
  })

  it('escapes what XML does not take', () => {
    const [first] = result.findings
    if (!first) throw new Error('the fixture has findings')
    const text = reporters['junit']?.({ ...result, findings: [{ ...first, message: 'a < "b" & \u0007c' }] }, options)
    expect(text).toContain('message="a &lt; &quot;b&quot; &amp; c"')
  })
})

describe('a run that leaves out what a change does not touch', () => {
  it('says so, so that nobody takes it for clean', () => {
    const changed = { ...result, findings: [], against: 'origin/main' }
    expect(reporters['pretty']?.(changed, options)).toMatch(/Nothing found in what the change against origin\/main touches, of 3 services/u)
    expect(reporters['markdown']?.(changed, options)).toContain('Nothing found in what differs from `origin/main`.')
  })
})

describe('what was not checked', () => {
  const broken = { ...result, findings: [], problems: [{ level: 'unchecked' as const, file: `${result.root}/a.ts`, line: 3, message: 'a.ts:3 does not parse: mend it there.' }] }
  const write = (format: string): string => reporters[format]?.(broken, options) ?? ''

  it('stands in every format, also where the service of CI has no place for it', () => {
    for (const format of Object.keys(reporters)) expect(write(format), format).toContain('a.ts:3 does not parse')
    expect(JSON.parse(write('gitlab'))).toEqual([expect.objectContaining({ check_name: 'spanguard/not-checked', severity: 'blocker', location: { path: 'a.ts', lines: { begin: 3 } } })])
    expect(write('junit')).toContain('<testsuite name="not checked" tests="1" failures="0" errors="1" skipped="0">')
  })
})

describe('lines that a machine wrote', () => {
  const [first] = result.findings
  if (!first) throw new Error('the fixture has findings')
  const long = `${'a'.repeat(3000)}leak(user.email)${'b'.repeat(3000)}`
  const finding = { ...first, origin: { ...first.origin, from: { line: 1, column: 3000 }, to: { line: 1, column: 3004 } }, excerpt: { firstLine: 1, lines: [long] } }
  const write = (format: string, lines: readonly string[] = [long]): string => reporters[format]?.({ ...result, findings: [{ ...finding, excerpt: { firstLine: 1, lines } }] }, options) ?? ''

  it('are cut around the finding, the mark under it', () => {
    const lines = write('pretty').split('\n')
    const at = lines.findIndex(line => line.includes('leak('))
    expect(lines[at]?.length).toBeLessThan(180)
    expect(lines[at + 1]?.indexOf('^')).toBe(lines[at]?.indexOf('leak('))
    expect(lines[at + 1]?.match(/\^+/u)?.[0]).toBe('^^^^')
    expect(write('html')).toContain('<mark>leak</mark>')
  })

  it('and what would steer the terminal is taken from them', () => {
    expect(write('pretty', ['x = "\u001B[2J\u202E"'])).toContain('x = "\uFFFD[2J\uFFFD"')
  })
})

describe('github, with more than it shows', () => {
  const [first] = result.findings
  if (!first) throw new Error('the fixture has findings')
  const many = (count: number): string => reporters['github']?.({ ...result, findings: Array.from({ length: count }, () => first) }, options) ?? ''

  it('says that the others stand in the log', () => {
    expect(many(11)).toContain('\nGitHub shows 10 errors and 10 warnings of a step as annotations; all 11 findings stand in this log.\n')
    expect(many(10)).not.toContain('GitHub shows')
  })
})

describe('markdown', () => {
  const [first] = result.findings
  if (!first) throw new Error('the fixture has findings')
  const write = (given: Partial<typeof first>, count = 1): string => reporters['markdown']?.({ ...result, findings: Array.from({ length: count }, () => ({ ...first, ...given })) }, options) ?? ''

  it('takes from what the program says what it would mean in Markdown', () => {
    expect(write({ message: 'a <img src=x> of @everyone | *b* `c` [d](e)' })).toContain('a &lt;img src=x&gt; of @\u200Beveryone \\| \\*b\\* \\`c\\` \\[d\\](e)')
  })

  it('leaves commands and packages as a reader copies them', () => {
    expect(write({ message: 'Start it with node --import @spanguard/runtime/register, or ask @ops.' })).toContain('node --import `@spanguard/runtime/register`, or ask @\u200Bops.')
  })

  it('stays below what a comment takes, errors first, and says how many are left out', () => {
    const text = write({ message: 'x'.repeat(400) }, 500)
    expect(text.length).toBeLessThan(50_000)
    const shown = text.match(/^- \*\*/gmu)?.length ?? 0
    expect(text).toContain(`And ${String(500 - shown)} more`)
  })

  it('has a row for each service', () => {
    expect(report('markdown')).toContain('| stock | 0/1 | 0 % |')
  })
})
