import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { check } from '../../src/checker/index.js'
import { folder, write } from '../cli/project.js'

const register = '@opentelemetry/auto-instrumentations-node/register'

/** A service of two files whose entry is the given one; its imports run one after the other, before its body. */
function serviceWith(entry: string, type: 'commonjs' | 'module' = 'module'): string {
  const load = type === 'module' ? "import express from 'express'" : "const express = require('express')"
  return folder({
    'package.json': JSON.stringify({ name: 'shop', type, dependencies: { express: '5', '@opentelemetry/auto-instrumentations-node': '1' }, scripts: { start: 'node src/main.js' } }),
    'src/main.js': entry,
    'src/server.js': `${load}\nconst app = express()\napp.get('/orders', (request, response) => response.json({}))\napp.listen(3000)\n`,
  })
}

describe('a module whose loading sets tracing up', () => {
  it.each([
    ['stands first among the imports', `import '${register}'\nimport './server.js'\n`],
    ['stands first, and the body of the entry goes on', `import '${register}'\nimport './server.js'\nconsole.log('ready')\n`],
    ['is loaded by an import of its own file', `import './tracing.js'\nimport './server.js'\n`],
  ])('is in time when it %s', async (_, entry) => {
    const dir = serviceWith(entry)
    if (entry.includes('tracing.js')) write(dir, { 'src/tracing.js': `import '${register}'\n` })
    expect((await check({ cwd: dir })).findings).toEqual([])
  })

  it('is in time when it is required first', async () => {
    expect((await check({ cwd: serviceWith(`require('${register}')\nrequire('./server.js')\n`, 'commonjs') })).findings).toEqual([])
  })

  it('is too late behind the import of the app, and is named once', async () => {
    const dir = serviceWith(`import './server.js'\nimport '${register}'\n`)
    const { findings } = await check({ cwd: dir })
    expect(findings.map(({ rule, file, origin }) => `${rule} ${path.relative(dir, file)}:${String(origin.from.line)}`)).toEqual(['setup-first src/server.js:2'])
    expect(findings[0]?.message).toContain(`"express" is loaded before ${register} sets up tracing`)
    expect(findings[0]?.steps.map(({ text }) => text)).toEqual(['imports ./server.js', 'loads express', `loads ${register}, which sets up tracing`])
  })
})
