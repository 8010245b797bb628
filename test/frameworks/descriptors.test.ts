import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { parseConfig } from '@spanguard/policy'
import { describe, expect, it } from 'vitest'

import { exportName, frameworks, isTracingPackage, matchesExport, matchesModule, tracingPackages, withDeclared } from '../../src/frameworks/index.js'

const runtime = path.resolve(import.meta.dirname, '../../runtime')

describe('the built-in rows', () => {
  it('are sorted, each name once', () => {
    const names = frameworks.map(({ name }) => name)
    expect(names).toEqual([...new Set(names)].sort())
  })

  it('are plain data', () => {
    expect(JSON.parse(JSON.stringify(frameworks))).toEqual(frameworks)
  })

  it.each(frameworks.map((row) => [row.name, row] as const))('%s speaks only of objects that it has', (_, row) => {
    const objects = new Set(Object.keys(row.objects))
    const named = [
      ...row.roots,
      ...row.handlers.flatMap(({ on }) => on ?? []),
      ...(row.middleware ?? []).map(({ on }) => on),
      ...(row.listens ?? []).map(({ on }) => on),
      ...Object.values(row.objects).flat().flatMap((source) => ('of' in source ? [source.of] : [])),
    ]
    expect(named.filter((name) => !objects.has(name))).toEqual([])
  })

  it.each(frameworks.map((row) => [row.name, row] as const))('%s lists the modules that its objects and handlers come from', (_, row) => {
    const sources = Object.values(row.objects).flat().flatMap((source) => ('module' in source ? [source.module] : []))
    const calls = row.handlers.flatMap(({ call }) => (call === undefined ? [] : [call.module]))
    const decorators = (row.decorators ?? []).map(({ module }) => module)
    const missing = [...sources, ...calls, ...decorators].filter((module) => !row.modules.some((pattern) => matchesModule(module, pattern)))
    expect(missing).toEqual([])
  })

  it.each(frameworks.map((row) => [row.name, row] as const))('%s registers handlers by calls, decorators, exports', (_, row) => {
    expect(row.handlers.length + (row.decorators?.length ?? 0) + (row.exports?.length ?? 0)).toBeGreaterThan(0)
  })

  const inserted = frameworks.flatMap(({ insert, name }) => (insert === undefined ? [] : [{ name, insert }]))
  it.each(inserted)('what mends $name counts as tracing', ({ name, insert }) => {
    const row = frameworks.find((each) => each.name === name)
    expect(row?.tracedBy.some((ref) => matchesExport(ref, insert.module, insert.export))).toBe(true)
  })

  it.each(inserted)('what mends $name is in the runtime', ({ insert }) => {
    const { exports } = JSON.parse(readFileSync(path.join(runtime, 'package.json'), 'utf8')) as { exports: Record<string, unknown> }
    const subpath = insert.module.replace('@spanguard/runtime', '.')
    expect(Object.keys(exports)).toContain(subpath)
    const file = subpath === '.' ? 'index' : subpath.slice(2)
    expect(readFileSync(path.join(runtime, `src/${file}.ts`), 'utf8')).toMatch(new RegExp(`\\b${insert.export}\\b`))
  })
})

describe('the functions of AWS Lambda', () => {
  it('are told by every type of a handler that @types/aws-lambda exports', () => {
    const types = path.resolve(import.meta.dirname, '../../node_modules/@types/aws-lambda')
    const texts = readdirSync(types, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts')).map((name) => readFileSync(path.join(types, name), 'utf8'))
    const published = texts.flatMap((text) => [...text.matchAll(/export type (\w*Handler\w*)/g)].map(([, name]) => name))
    const listed = frameworks.find(({ name }) => name === 'aws-lambda')?.exports?.flatMap((row) => row.types ?? []) ?? []
    // `awslambda.streamifyResponse` is given it, and what that returns is exported.
    expect([...listed].sort()).toEqual([...new Set(published)].filter((name) => name !== 'StreamifyHandler').sort())
  })
})

describe('names of exports', () => {
  it.each([
    ['*', [], 'default'],
    ['default', [], 'default'],
    ['*', ['default'], 'default'],
    ['default', ['Router'], 'Router'],
    ['Router', [], 'Router'],
    ['NestFactory', ['create'], 'NestFactory.create'],
    ['*', ['NestFactory', 'create'], 'NestFactory.create'],
  ] as const)('%s with members %j is %s', (imported, members, name) => {
    expect(exportName(imported, members)).toBe(name)
  })

  it('matches stars of modules and of members, and nothing beside', () => {
    expect(matchesModule('next/server', 'next/*')).toBe(true)
    expect(matchesModule('next', 'next/*')).toBe(false)
    expect(matchesModule('nextra', 'next')).toBe(false)
    expect(matchesExport({ module: 'x', export: '*' }, 'x', 'anything')).toBe(true)
    expect(matchesExport({ module: 'x', export: 'cron.*' }, 'x', 'cron.instrument')).toBe(true)
    expect(matchesExport({ module: 'x', export: 'cron.*' }, 'x', 'crontab')).toBe(false)
    expect(matchesExport({ module: 'x', export: 'a' }, 'y', 'a')).toBe(false)
  })
})

describe('packages that trace', () => {
  it('are sorted, each once', () => {
    expect(tracingPackages).toEqual([...new Set(tracingPackages)].sort())
  })
  it.each(['@opentelemetry/sdk-node', '@opentelemetry/instrumentation-http', '@opentelemetry/instrumentation', 'dd-trace', '@sentry/node', '@hono/otel', '@pydantic/logfire-node', '@highlight-run/node'])('%s', (name) => {
    expect(isTracingPackage(name)).toBe(true)
  })
  it.each(['@opentelemetry/api', '@opentelemetry/semantic-conventions', '@spanguard/runtime', '@sentry/browser', '@sentry/react', '@highlight-run/react', 'dd-trace-api-types', 'express'])(
    '%s is none',
    (name) => {
      expect(isTracingPackage(name)).toBe(false)
    },
  )
})

describe("a config's rows", () => {
  it('change a built-in row key by key', () => {
    const insert = { module: '@acme/tracing', export: 'trace', statement: '{import}({object})', as: 'fix' } as const
    const rows = withDeclared([{ name: 'express', insert }])
    const express = rows.find(({ name }) => name === 'express')
    expect(rows).toHaveLength(frameworks.length)
    expect(express?.insert).toEqual(insert)
    expect(express?.handlers).toBe(frameworks.find(({ name }) => name === 'express')?.handlers)
  })

  it('add a framework, whose modules are those of its objects and calls', () => {
    const rows = withDeclared([
      {
        name: 'house',
        objects: { app: [{ module: '@acme/http', export: 'Server', as: 'new' }] },
        handlers: [{ call: { module: '@acme/jobs', export: 'every', as: 'call' }, handler: 1 }],
      },
    ])
    expect(rows).toHaveLength(frameworks.length + 1)
    expect(rows.at(-1)).toMatchObject({ name: 'house', label: 'house', kind: 'app', roots: ['app'], modules: ['@acme/http', '@acme/jobs'] })
  })

  it.each(frameworks.map((row) => [row.name, row] as const))('may be what the built-in row of %s is', (_, row) => {
    expect(() => parseConfig({ frameworks: [row] }, 'spanguard.config.json')).not.toThrow()
  })

  it.each([
    [{ name: 'house', handler: [] }, /frameworks\[0\].*handler.*handlers/],
    [{ name: 'house', kind: 'service' }, /frameworks\[0\]\.kind/],
    [{ name: 'house', handlers: [{ on: 'app', methods: ['get'] }] }, /frameworks\[0\]\.handlers\[0\]/],
    [{ label: 'House' }, /frameworks\[0\]/],
    [{ name: 'house', insert: { module: 'm', export: 'e', as: 'fix', statment: 'x' } }, /statment.*statement/],
  ])('%j is an error that names the place', (row, message) => {
    expect(() => parseConfig({ frameworks: [row] }, 'spanguard.config.json')).toThrow(message)
  })

  it('are the built-in ones where there are none', () => {
    expect(withDeclared([])).toBe(frameworks)
  })
})
