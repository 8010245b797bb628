import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import { describe, expect, it } from 'vitest'

import plugin from '../../src/index.js'
import { makeService } from './services.js'

const service = makeService('queue-kit', { dependencies: ['express'], private: true }, {
  'examples/shop/package.json': '{ "name": "shop", "dependencies": { "express": "*" } }',
  'example-service/package.json': '{ "name": "example-service", "dependencies": { "express": "*" } }',
})

const app = `import express from 'express'
const app = express()
app.get('/orders', listOrders)
app.listen(3000)
`

const lambda = `import type { SQSHandler } from 'aws-lambda'
export const handler: SQSHandler = async (event) => { for (const record of event.Records) await pay(record) }
`

/** How often the rule speaks of an app in the file, linted from the folder. */
function lint(folder: string, file: string, code = app): number {
  const linter = new Linter({ configType: 'flat', cwd: service(folder) })
  // ESLint and typescript-eslint have types of their own for a parser and a plugin.
  const config = { files: ['**/*.ts'], plugins: { spanguard: plugin }, languageOptions: { parser }, rules: { 'spanguard/require-handler-tracing': 'error' } } as unknown as Linter.Config
  return linter.verify(code, [config], { filename: service(file) }).filter(({ ruleId }) => ruleId === 'spanguard/require-handler-tracing').length
}

describe('require-handler-tracing in what shows how something is used', () => {
  it.each(['examples/shop/src/main.ts', 'packages/kit/example/server.ts', 'demo/app.ts', 'playground/index.ts', 'tracing-samples/app.ts', 'test-utils/mock-orders.ts', 'scripts/watch/src/server.ts', 'crates/tree/wasm-bench/compare.ts'])('%s is silent from the root', (file) => {
    expect(lint('.', file)).toBe(0)
  })

  it.each(['src/main.ts', 'example-service/src/main.ts', 'src/democracy/app.ts', 'src/workbench/app.ts', 'src/example.ts'])('%s is a service', (file) => {
    expect(lint('.', file)).toBe(1)
  })

  it('a server beside the services is silent, a function that is deployed from there is not', () => {
    expect(lint('.', 'infra/mail/server.ts')).toBe(0)
    expect(lint('.', 'infra/functions/pay.ts', lambda)).toBe(1)
  })

  it('an example that is linted by itself is the project', () => {
    expect(lint('examples/shop', 'examples/shop/src/main.ts')).toBe(1)
  })
})
