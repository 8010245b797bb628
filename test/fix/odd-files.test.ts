import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { Linter } from 'eslint'
import { afterAll, describe, expect, it } from 'vitest'

import plugin from '../../src/index.js'

const folder = mkdtempSync(path.join(tmpdir(), 'spanguard-odd-'))
writeFileSync(path.join(folder, 'package.json'), '{ "name": "shop", "dependencies": { "@spanguard/runtime": "1", "express": "5" } }')
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function fix(text: string): Linter.FixReport {
  const isModule = /^\s*(?:import|export)\b/m.test(text)
  const config: Linter.Config[] = [{ plugins: { spanguard: plugin }, languageOptions: { sourceType: isModule ? 'module' : 'commonjs' }, rules: { 'spanguard/require-handler-tracing': 'error' } }]
  return new Linter({ cwd: folder }).verifyAndFix(text, config, { filename: path.join(folder, 'app.js') })
}

const esm = "import { expressTracing } from '@spanguard/runtime/express'"
const cjs = "const { expressTracing } = require('@spanguard/runtime/express')"

describe('the middleware is inserted', () => {
  it.each([
    [
      'before a semicolon that begins the next line, which stays there',
      "import express from 'express'\n;[1].map(f)\nconst app = express() // the app\n;(async () => { await x() })()\napp.get('/', h)\n",
      `import express from 'express'\n${esm}\n;[1].map(f)\nconst app = express() // the app\napp.use(expressTracing())\n;(async () => { await x() })()\napp.get('/', h)\n`,
    ],
    [
      'into one line that has an import and hardly a semicolon',
      'import{createServer as c}from"node:http";c((a,b)=>b.end()).listen(1)',
      'import{createServer as c}from"node:http";\nimport { traceHandler } from "@spanguard/runtime/http";c(traceHandler((a,b)=>b.end())).listen(1)',
    ],
    [
      'into a file that is one call, which must not call what is required',
      "(async () => { const express = require('express')\nconst app = express()\napp.get('/', h) })()\n",
      `${cjs};\n(async () => { const express = require('express')\nconst app = express()\napp.use(expressTracing())\napp.get('/', h) })()\n`,
    ],
    [
      'behind a hashbang and a directive',
      "#!/usr/bin/env node\n'use strict'\n;(async () => {\n  const express = require('express')\n  const app = express()\n  app.get('/', h)\n})()\n",
      `#!/usr/bin/env node\n'use strict'\n${cjs}\n;(async () => {\n  const express = require('express')\n  const app = express()\n  app.use(expressTracing())\n  app.get('/', h)\n})()\n`,
    ],
    [
      'with the line ends and the mark of the file',
      "\uFEFFimport express from 'express'\r\nconst app = express()\r\napp.get('/', h)\r\n",
      `\uFEFFimport express from 'express'\r\n${esm}\r\nconst app = express()\r\napp.use(expressTracing())\r\napp.get('/', h)\r\n`,
    ],
    [
      'behind a comment that runs over lines, on its own line all the same',
      "import express from 'express' /* one\ntwo */\nconst app = express()\napp.get('/', h)\n",
      `import express from 'express'\n${esm}; /* one\ntwo */\nconst app = express()\napp.use(expressTracing())\napp.get('/', h)\n`,
    ],
  ])('%s', (_, text, expected) => {
    const { messages, output } = fix(text)
    expect(output).toBe(expected)
    expect(messages).toEqual([])
    expect(fix(output).output).toBe(output)
  })
})

describe('a file is reported and not touched', () => {
  it.each([
    ['whose app is made anew further on', "import express from 'express'\nlet app = express()\napp = express()\napp.get('/', h)\n"],
    ['whose app a function makes anew', "import express from 'express'\nlet app = express()\nfunction reset() { app = express() }\napp.get('/', h)\n"],
    ['that registers a route in the statement that makes the app', "var express = require('express'),\n  app = express(),\n  first = app.get('/', h)\n"],
    ['whose app is one of two', "const express = require('express')\nconst app = x ? express() : express({})\napp.get('/', h)\n"],
  ])('%s', (_, text) => {
    const { messages, output } = fix(text)
    expect(output).toBe(text)
    expect(messages.map(({ ruleId }) => ruleId)).toContain('spanguard/require-handler-tracing')
  })
})
