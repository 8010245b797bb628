import path from 'node:path'

import { describe, expect, it } from 'vitest'

import { check } from '../../src/checker/index.js'

const folder = path.join(import.meta.dirname, '..', 'fixtures', 'programs', 'helpers')

const found = async (allRules: boolean): Promise<string[]> =>
  (await check({ cwd: folder, allRules })).findings.map(
    ({ file, origin, rule, steps }) => `${path.basename(file)}:${origin.from.line} ${rule} ${steps.map((step) => path.basename(step.file)).join(' > ')}`.trim(),
  )

describe('names and values over files', () => {
  it('judges what another file names and the calls of another file’s helpers', async () => {
    expect(await found(false)).toEqual([
      'orders.ts:9 no-technical-span-name orders.ts > tracing.ts',
      'orders.ts:10 no-dynamic-span-name orders.ts > tracing.ts',
      'orders.ts:11 no-sensitive-data orders.ts > tracing.ts',
    ])
  })

  it('adds with --all-rules what ESLint reports', async () => {
    expect(await found(true)).toEqual([
      'orders.ts:9 no-technical-span-name orders.ts > tracing.ts',
      'orders.ts:10 no-dynamic-span-name orders.ts > tracing.ts',
      'orders.ts:11 no-sensitive-data orders.ts > tracing.ts',
      'orders.ts:13 no-sensitive-data',
      'orders.ts:15 no-sensitive-data',
    ])
  })
})
