import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { builtInPolicy, toPolicy } from '@spanguard/policy'
import { describe, expect, it } from 'vitest'

import { isOutOfScope } from '../../src/project/file-scope.js'

const folder = '/home/me/test/shop'
const isOut = (file: string, text = '', policy = builtInPolicy): boolean => isOutOfScope(`${folder}/${file}`, text, policy, folder)

describe('isOutOfScope', () => {
  it.each([
    ['a test beside its subject', 'src/orders.test.ts'],
    ['a folder of tests', 'test/orders.ts'],
    ['a story', 'src/button.stories.tsx'],
    ['a file called test, as node --test finds it', 'scripts/test.mjs'],
    ['a folder of tests of one kind', 'e2e-tests/orders.mjs'],
  ])('%s', (_, file) => expect(isOut(file)).toBe(true))

  it('a file whose checkout stands below a folder called test is no test', () => expect(isOut('src/orders.ts')).toBe(false))
  it('a name that only holds the word is no test', () => {
    expect(isOut('src/latest.ts')).toBe(false)
    expect(isOut('src/ab-test/orders.ts')).toBe(false)
    expect(isOut('vendor/parser-tests/orders.ts')).toBe(false)
  })

  it.each([
    ['a client component', `'use client'\nexport {}`],
    ['a k6 script', `import http from 'k6/http'`],
    ['React Native', `import { View } from 'react-native'`],
    ['a browser entry', `import { createRoot } from 'react-dom/client'`],
    ['a page with the web SDK', `import { WebTracerProvider } from '@opentelemetry/sdk-trace-web'\nwindow.addEventListener('load', start)`],
    ['an instrumentation of the page', `import * as web from '@opentelemetry/sdk-trace-web'\nwrap(XMLHttpRequest.prototype)`],
    ['a component that asks the page', `import * as React from 'react'\nconst at = window.location.href`],
    ['a component that lives where it is shown', `import { useEffect } from 'react'\nuseEffect(() => span.end(), [])`],
    ['a page that is set up', `import { WebTracerProvider } from '@opentelemetry/web'\nconst provider = new WebTracerProvider()`],
    ['a page that builds itself', `import { trace } from '@opentelemetry/api'\nconst button = document.createElement('button')`],
    ['a test by its runner', `import { test, expect } from '@playwright/test'\ntest('x', run)`],
    ['the output of a compiler (booking-microservices)', `tracer.startSpan('a')\n//# sourceMappingURL=orders.js.map`],
    ['a reporter of a test runner', `import type { Reporter } from '@playwright/test/reporter'\nexport class Spans {}`],
  ])('%s runs elsewhere', (_, text) => expect(isOut('src/a.ts', text)).toBe(true))

  it.each([
    ['a text about source maps', `const marker = '//# sourceMappingURL='\n${'export const a = 1\n'.repeat(30)}`],
    ['a span processor with a type of the web SDK', `import type { Span } from '@opentelemetry/sdk-trace-web'\nspan.setAttribute('session.id', userId)`],
    ['a component of the server', `import * as React from 'react'\nexport async function Orders() {}`],
    ['a component of the server that only speaks of effects', `import { cache } from 'react'\nexport const orders = cache(reuseEffects)`],
    ['a service that drives a browser', `import puppeteer from 'puppeteer'\nawait page.evaluate(() => document.title)`],
    ['a service that imitates a page', `import { JSDOM } from 'jsdom'\nconst { document } = new JSDOM().window\ndocument.createElement('p')`],
    ['a program of Node that makes a page', `const document = makeDocument(process.env.TITLE)\ndocument.createElement('p')`],
    ['a runner that is only spoken of', `const advice = "import { test } from 'vitest'"`],
    ['a window of time', `import { trace } from '@opentelemetry/api'\nspan.setAttribute('window.start', window.start)`],
  ])('%s is the service\'s', (_, text) => expect(isOut('src/a.ts', text)).toBe(false))

  it('a mention in a string is no import', () => expect(isOut('src/a.ts', `const advice = 'use client'`)).toBe(false))

  it('files.ignore and files.tests of the policy replace the defaults', () => {
    const policy = toPolicy({ files: { tests: ['spec/**'], ignore: ['generated/*.ts'] } })
    expect(isOut('packages/a/generated/client.ts', '', policy)).toBe(true)
    expect(isOut('packages/a/spec/deep/a.ts', '', policy)).toBe(true)
    expect(isOut('src/orders.test.ts', '', policy)).toBe(false)
  })

  describe('a package that traces pages', () => {
    const web = ['@opentelemetry/api', '@opentelemetry/exporter-trace-otlp-http', '@opentelemetry/sdk-trace-web']
    it.each([
      ['and nothing else: no file of it is a service\'s', web, true],
      ['beside a tracer of Node', [...web, '@opentelemetry/sdk-trace-node'], false],
      ['beside a context manager of Node', [...web, '@opentelemetry/context-async-hooks'], false],
      ['and serves them with Next.js', [...web, 'next'], false],
      ['and serves them with Express', [...web, 'express'], false],
      ['by Faro', ['@opentelemetry/api', '@grafana/faro-web-sdk'], true],
      ['by nothing but the API, and builds them with React', ['@opentelemetry/api', 'react-dom', 'vite', '@types/node'], true],
      ['by nothing but the API, and builds them with Vue', ['@opentelemetry/api', 'vue', 'vite'], true],
      ['and renders what it builds with Svelte on a server', ['@opentelemetry/api', 'svelte', 'vite', '@sveltejs/kit'], false],
      ['and renders what it builds with Vue on a server', ['@opentelemetry/api', 'vue', 'vite', 'nuxt'], false],
      ['and serves what it builds with Vite', ['@opentelemetry/api', 'react-dom', 'vite', 'fastify'], false],
      ['and renders what it builds with Vite on a server', ['@opentelemetry/api', 'react-dom', 'vite', '@tanstack/react-start'], false],
      ['rendered by React, and built by nothing', ['@opentelemetry/api', 'react-dom'], false],
      ['not at all', ['@opentelemetry/api', '@opentelemetry/exporter-trace-otlp-http'], false],
    ])('%s', (_, dependencies, expected) => {
      const own = mkdtempSync(path.join(tmpdir(), 'spanguard-'))
      try {
        writeFileSync(path.join(own, 'package.json'), JSON.stringify({ name: 'shop', dependencies: Object.fromEntries(dependencies.map((name) => [name, '1'])) }))
        expect(isOutOfScope(path.join(own, 'src/navigation.ts'), `import { trace } from '@opentelemetry/api'`, builtInPolicy, own)).toBe(expected)
      } finally {
        rmSync(own, { recursive: true })
      }
    })

    it('a program of Node beside the pages is the service\'s', () => {
      const own = mkdtempSync(path.join(tmpdir(), 'spanguard-'))
      try {
        writeFileSync(path.join(own, 'package.json'), JSON.stringify({ name: 'shop', dependencies: { 'react-dom': '1', vite: '1' } }))
        expect(isOutOfScope(path.join(own, 'server.ts'), `import http from 'node:http'`, builtInPolicy, own)).toBe(false)
        expect(isOutOfScope(path.join(own, 'src/http.ts'), `import { get } from './http'`, builtInPolicy, own)).toBe(true)
      } finally {
        rmSync(own, { recursive: true })
      }
    })
  })
})
