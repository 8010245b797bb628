import { describe, expect, it } from 'vitest'

import { check } from '../../src/checker/index.js'
import { folder, type Files } from '../cli/project.js'

const json = (value: unknown): string => JSON.stringify(value)

async function checked(files: Files) {
  const { services, findings } = await check({ cwd: folder(files), allRules: true })
  return {
    services: services.map((service) => `${service.name} ${String(service.traced)}/${String(service.total)}`),
    findings: findings.filter(({ rule }) => rule !== 'require-handler-tracing').map(({ rule, file, origin }) => `${rule} ${file.split('/').slice(-2).join('/')}:${String(origin.from.line)}`),
  }
}

describe('rows of frameworks in a nested config', () => {
  const queue = {
    name: 'queue', kind: 'consumer', objects: { client: [{ module: './src/queue', export: 'createClient', as: 'call' }] }, roots: ['client'],
    handlers: [{ on: 'client', methods: ['subscribe'], path: 0, handler: 1 }],
  }
  const service = (name: string): Files => ({
    [`${name}/package.json`]: json({ name, scripts: { start: 'node src/main.js' } }),
    [`${name}/src/queue.js`]: 'export function createClient() {\n  return { subscribe() {} }\n}\n',
    [`${name}/src/main.js`]: `import { createClient } from './queue.js'\ncreateClient().subscribe('orders', async () => undefined)\n`,
  })

  it('hold for its folder, and its modules are resolved from there', async () => {
    const files = { 'package.json': json({ workspaces: ['*'] }), ...service('orders'), ...service('stock') }
    expect((await checked(files)).services).toEqual([])
    expect((await checked({ ...files, 'orders/spanguard.config.json': json({ frameworks: [queue] }) })).services).toEqual(['orders 0/1'])
  })

  it('change a known framework in its folder alone', async () => {
    const app = (name: string): Files => ({
      [`${name}/package.json`]: json({ name, scripts: { start: 'node app.js' } }),
      [`${name}/app.js`]: `const express = require('express')\nconst app = express()\napp.get('/orders', (req, res) => res.json([]))\napp.serve('/stock', (req, res) => res.json([]))\napp.listen(3000)\n`,
    })
    const row = { name: 'express', handlers: [{ on: 'app', methods: ['serve'], path: 0, handler: 1 }] }
    const found = await checked({ 'package.json': json({ workspaces: ['*'] }), ...app('a'), ...app('b'), 'a/spanguard.config.json': json({ frameworks: [row] }) })
    expect(found.services).toEqual(['a 0/1', 'b 0/1'])
    const routes = (await check({ cwd: folder({ 'package.json': json({ workspaces: ['*'] }), ...app('a'), ...app('b'), 'a/spanguard.config.json': json({ frameworks: [row] }) }) })).services.map((one) => one.handlers.map((handler) => handler.route))
    expect(routes).toEqual([['/stock'], ['/orders']])
  })
})

describe('rows of helpers in a nested config', () => {
  const service = (name: string): Files => ({
    [`${name}/package.json`]: json({ name }),
    [`${name}/src/work.js`]: `import { traced } from '@acme/spans'\nexport const work = (order) => traced('handler', () => order)\n`,
  })

  it('hold for its folder', async () => {
    const helper = { module: '@acme/spans', export: 'traced', name: 0, callback: 1, ends: true, records: true }
    const found = await checked({ 'package.json': json({ workspaces: ['*'] }), ...service('orders'), ...service('stock'), 'orders/spanguard.config.json': json({ helpers: [helper] }) })
    expect(found.findings).toEqual(['no-technical-span-name src/work.js:2'])
  })
})
