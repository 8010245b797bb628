import path from 'node:path'

import { describe, expect, it } from 'vitest'

import { check } from '../../src/checker/index.js'

const cwd = path.join(import.meta.dirname, '..', 'fixtures', 'services', 'express-untraced')

describe('a path below the folder of a service', () => {
  it.each([['the folder', '.'], ['its sources', 'src']])('%s gives the same finding', async (_, given) => {
    const { findings, services } = await check({ cwd, paths: [given] })
    expect(services).toHaveLength(1)
    expect(findings.map(({ rule }) => rule)).toContain('require-handler-tracing')
  })
})
