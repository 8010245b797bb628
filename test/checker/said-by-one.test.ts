import path from 'node:path'

import { ESLint } from 'eslint'
import { describe, expect, it } from 'vitest'

import { check } from '../../src/checker/index.js'
import spanguard from '../../src/index.js'
import { folder } from '../cli/project.js'

const handler = '(request, response) => { response.end() }'
const express = (text: string): string => `import express from 'express'\n${text}\n`
const traced = (text: string): string => `import { expressTracing } from '@spanguard/runtime/express'\n${express(text)}`
const http = (text: string): string => `import * as http from 'node:http'\n${text}\n`

/** Who says that the handlers of a file are traced by nothing: ESLint, the checker, or both. */
async function saidBy(code: string): Promise<{ eslint: boolean; check: boolean }> {
  const dir = folder({
    'package.json': JSON.stringify({ name: 'shop', type: 'module', scripts: { start: 'node app.js' }, dependencies: { express: '5', '@spanguard/runtime': '0.1.0' } }),
    'app.js': code,
  })
  const eslint = new ESLint({ cwd: dir, overrideConfigFile: true, overrideConfig: [spanguard.configs.recommended] })
  const [linted] = await eslint.lintText(code, { filePath: path.join(dir, 'app.js') })
  const checked = await check({ cwd: dir })
  const isSaid = (rule: string | null): boolean => rule?.endsWith('require-handler-tracing') === true
  return { eslint: linted?.messages.some(({ ruleId }) => isSaid(ruleId)) === true, check: checked.findings.some(({ rule }) => isSaid(rule)) }
}

describe('an untraced handler is told by ESLint alone where one file shows it', () => {
  it.each([
    ['an app', express(`const app = express()\napp.get('/x', ${handler})\napp.listen(1)`)],
    ['an app under a second name', express(`const app = express()\nconst other = app\nother.get('/x', ${handler})\nother.listen(1)`)],
    ['an app that is made later', express(`let app\nfunction start() { app = express(); app.get('/x', ${handler}); app.listen(1) }\nstart()`)],
    ['an app whose middleware comes too late', traced(`const app = express()\napp.get('/x', ${handler})\napp.use(expressTracing())\napp.listen(1)`)],
    ['a server', http(`http.createServer(${handler}).listen(1)`)],
    ['a server by its class', http(`new http.Server(${handler}).listen(1)`)],
  ])('%s', async (_, code) => {
    expect(await saidBy(code)).toEqual({ eslint: true, check: false })
  })
})

describe('an untraced handler is told by the checker where ESLint is silent', () => {
  it.each([
    ['an app in an object', express(`const shop = { app: express() }\nshop.app.get('/x', ${handler})\nshop.app.listen(1)`)],
    ['an app that is a static field', express(`class Shop { static app = express(); static start() { Shop.app.get('/x', ${handler}); Shop.app.listen(1) } }\nShop.start()`)],
    ['an app that a function makes', express(`const make = () => express()\nconst app = make()\napp.get('/x', ${handler})\napp.listen(1)`)],
    ['an app that is made at once by a function', express(`const app = (() => express())()\napp.get('/x', ${handler})\napp.listen(1)`)],
    ['a middleware under a condition, and nothing that exports its spans', traced(`const app = express()\nif (process.env.TRACE) app.use(expressTracing())\napp.get('/x', ${handler})\napp.listen(1)`)],
    ['a middleware that is not called', traced(`const app = express()\napp.use(expressTracing)\napp.get('/x', ${handler})\napp.listen(1)`)],
    ['a server that an object makes', http(`const h = { create: http.createServer }\nh.create(${handler}).listen(1)`)],
    ['one of two handlers', http(`const a = ${handler}\nconst b = ${handler}\nhttp.createServer(process.env.X ? a : b).listen(1)`)],
  ])('%s', async (_, code) => {
    expect(await saidBy(code)).toEqual({ eslint: false, check: true })
  })
})
