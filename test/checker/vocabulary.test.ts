import path from 'node:path'

import { describe, expect, it } from 'vitest'

import { check, type CheckResult } from '../../src/checker/index.js'
import { folder, type Files } from '../cli/project.js'
import { services } from './fixtures.js'

const program = (name: string): string => path.join(import.meta.dirname, '..', 'fixtures', 'programs', name)
const places = (result: CheckResult): string[] =>
  result.findings.map(({ file, origin, rule, severity }) => `${path.relative(result.root, file)}:${String(origin.from.line)} ${rule} ${severity}`)

describe('the vocabulary of a program', async () => {
  const result = await check({ cwd: program('vocabulary') })

  it('warns of a key of two kinds, a name for two operations, an id in a metric of another file', () => {
    expect(places(result)).toEqual([
      'src/orders.ts:12 no-unbounded-data error',
      'src/refunds.ts:6 span-name-shared warn',
      'src/refunds.ts:7 attribute-type warn',
    ])
  })

  it('says what the other place holds', () => {
    const finding = result.findings.find(({ rule }) => rule === 'attribute-type')
    expect(finding?.message).toContain('The key "order.count" holds a text here and a number elsewhere')
    expect(finding?.steps.map(({ text }) => text)).toEqual(['holds a number here'])
  })
})

describe('one key of two kinds in two packages', () => {
  const write = (value: string, first = ''): string => `${first}import { trace } from '@opentelemetry/api'\ntrace.getTracer('x').startActiveSpan('order.place', (span) => {\n  span.setAttribute('order.count', ${value})\n  span.end()\n})\n`
  const files = (imports: string, dependencies: Record<string, string>): Files => ({
    'package.json': JSON.stringify({ workspaces: ['*'] }),
    'orders/package.json': JSON.stringify({ name: 'orders', dependencies }), 'orders/index.js': write('3', imports),
    'refunds/package.json': JSON.stringify({ name: 'refunds' }), 'refunds/index.js': write("'three'"),
  })
  const found = async (given: Files): Promise<string[]> => (await check({ cwd: folder(given) })).findings.map(({ rule }) => rule).filter((rule) => rule === 'attribute-type')

  it('is warned of where one depends on the other', async () => {
    expect(await found(files('', { refunds: '*' }))).toEqual(['attribute-type'])
  })

  it('is none of their business where they have nothing to do with each other', async () => {
    expect(await found(files('', {}))).toEqual([])
  })
})

describe('spans that are given to a function of another file', async () => {
  const result = await check({ cwd: program('hand-over') })

  it('are found where nothing ends them or says that they failed, and nowhere else', () => {
    expect(places(result)).toEqual(['src/orders.ts:8 span-end error', 'src/orders.ts:13 span-end error', 'src/orders.ts:47 error-status error'])
  })

  it('carry the way to the function', () => {
    expect(result.findings.map(({ steps }) => steps.map(({ text }) => text))).toEqual([
      ['gives the span away here', 'does not end it'],
      ['gives the span away here', 'does not end it'],
      ['gives the span away here', 'leaves the status as it is', 'records the exception'],
    ])
  })
})

describe('requests to other services', () => {
  const lost = async (name: string): Promise<string[]> => places(await check({ paths: [name], cwd: services })).filter((text) => text.includes('no-context-loss'))

  it('are warned of where an SDK makes spans and instruments no client', async () => {
    expect(await lost('outbound-without-context')).toEqual(['stock.js:2 no-context-loss warn'])
  })

  it('are fine where the context is injected by hand', async () => {
    expect(await lost('outbound-by-hand')).toEqual([])
  })
})

describe('handlers without a span of their own', () => {
  it('are warned of once for a service whose others have one', async () => {
    const result = await check({ paths: ['handlers-without-span'], cwd: services })
    expect(places(result)).toEqual(['main.js:14 handler-span warn'])
    expect(result.findings[0]?.message).toContain('1 of 4 handlers')
  })

  it('are nothing to warn of where they answer at once, or what probes ask for', async () => {
    const result = await check({ paths: ['handlers-without-span'], cwd: services })
    expect(result.findings.flatMap(({ steps }) => steps.map(({ text }) => text))).toEqual(['GET /reports'])
  })

  it('are nothing to warn of where no handler has one', async () => {
    expect(places(await check({ paths: ['express-middleware'], cwd: services }))).toEqual([])
  })
})
