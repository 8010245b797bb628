import { describe, expect, it } from 'vitest'

import { matchesApproved } from '../../../src/analysis/setup/approved.js'

describe('matchesApproved', () => {
  it.each([
    ['/repo/src/tracing.ts', './src/tracing.ts', true],
    ['/repo/src/tracing.ts', 'src/tracing.ts', true],
    ['C:\\repo\\src\\tracing.ts', './src/tracing', true],
    ['/repo/src/other/tracing.ts', './src/tracing.ts', false],
    ['/repo/src/tracing.ts', './tracing.js', true],
    ['./tracing.js', './src/tracing.ts', true],
    ['../src/tracing', './src/tracing.ts', true],
    ['./ray-tracing.js', './src/tracing.ts', false],
    ['/repo/src/tracing.ts', '@acme/tracing', false],
  ])('%s by %s: %s', (file, approved, expected) => {
    expect(matchesApproved(file, [approved])).toBe(expected)
  })
})
