import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startReceiver } from '../otlp-receiver.js'
import { installProject, type InstalledProject } from './project.js'

/** A service in one module style and language: what a user has, and how the user starts it. */
interface Style {
  readonly name: string
  readonly file: string
  readonly config: string
  readonly configText: string
  readonly type: 'module' | 'commonjs'
  readonly expressImport: string
  /** How the fixed file imports the middleware. */
  readonly middlewareImport: string
  readonly nodeOptions: readonly string[]
}

const esmConfig = (parser: boolean) => `import spanguard from 'eslint-plugin-spanguard'
${parser ? "import parser from '@typescript-eslint/parser'\n" : ''}export default [
  ${parser ? "{ files: ['**/*.ts'], languageOptions: { parser } }," : ''}
  spanguard.configs.recommended,
]
`
const cjsConfig = (parser: boolean) => `const spanguard = require('eslint-plugin-spanguard')
module.exports = [
  ${parser ? "{ files: ['**/*.ts'], languageOptions: { parser: require('@typescript-eslint/parser') } }," : "{ files: ['**/*.js'], languageOptions: { sourceType: 'commonjs' } },"}
  spanguard.configs.recommended,
]
`
const importExpress = "import express from 'express'"
const importMiddleware = "import { expressTracing } from '@spanguard/runtime/express'"

const styles: readonly Style[] = [
  {
    name: 'esm-js',
    file: 'app.js',
    config: 'eslint.config.js',
    configText: esmConfig(false),
    type: 'module',
    expressImport: importExpress,
    middlewareImport: importMiddleware,
    nodeOptions: ['--import', '@spanguard/runtime/register'],
  },
  {
    name: 'cjs-js',
    file: 'app.js',
    config: 'eslint.config.cjs',
    configText: cjsConfig(false),
    type: 'commonjs',
    expressImport: "const express = require('express')",
    middlewareImport: "const { expressTracing } = require('@spanguard/runtime/express')",
    nodeOptions: ['--require', '@spanguard/runtime/register'],
  },
  {
    name: 'esm-ts',
    file: 'app.ts',
    config: 'eslint.config.mjs',
    configText: esmConfig(true),
    type: 'module',
    expressImport: importExpress,
    middlewareImport: importMiddleware,
    nodeOptions: ['--import', 'tsx', '--import', '@spanguard/runtime/register'],
  },
  {
    name: 'cjs-ts',
    file: 'app.ts',
    config: 'eslint.config.js',
    configText: cjsConfig(true),
    type: 'commonjs',
    expressImport: importExpress,
    middlewareImport: importMiddleware,
    nodeOptions: ['--import', 'tsx', '--require', '@spanguard/runtime/register'],
  },
]

const sourceOf = (style: Style) => `${style.expressImport}

const app = express()

app.get('/orders/:id', (request, response) => {
  response.json({ id: request.params.id })
})

const server = app.listen(Number(process.env.PORT ?? 0), () => {
  console.log('listening on ' + server.address().port)
})
`

describe.each(['9.15.0', '10.15.0'])('installed from its tarball beside ESLint %s', (eslint) => {
  let project: InstalledProject
  beforeAll(() => {
    project = installProject([
      `eslint@${eslint}`,
      '@typescript-eslint/parser@8.72.0',
      'typescript@6.0.3',
      'tsx@4.23.15',
      'express@5.3.0',
    ])
  }, 180_000)
  afterAll(() => {
    project.remove()
  })

  it.each(styles)('$name: reports an untraced app, mends it, and the mended service sends its span', async (style) => {
    project.write({
      [`${style.name}/package.json`]: {
        name: style.name,
        type: style.type,
        dependencies: { express: '^5.3.0', '@spanguard/runtime': '^0.1.0' },
      },
      [`${style.name}/${style.config}`]: style.configText,
      [`${style.name}/${style.file}`]: sourceOf(style),
    })

    const first = await project.run('eslint', ['.'], { in: style.name })
    expect(first.output).toContain('spanguard/require-handler-tracing')
    expect(first.exitCode).toBe(1)

    const fixed = await project.run('eslint', ['.', '--fix'], { in: style.name })
    expect(fixed.output).toBe('')
    expect(fixed.exitCode).toBe(0)
    const text = readFileSync(path.join(project.folder, style.name, style.file), 'utf8')
    expect(text.split('\n').map((line) => line.trim())).toEqual(expect.arrayContaining([style.middlewareImport, 'app.use(expressTracing())']))

    const receiver = await startReceiver()
    try {
      const service = await project.start([...style.nodeOptions, style.file], {
        in: style.name,
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: style.name },
      })
      const response = await fetch(`http://127.0.0.1:${service.port}/orders/17`)
      expect(await response.json()).toEqual({ id: '17' })
      await service.stop()
      const spans = await receiver.waitForSpans(1)
      expect(spans.map(({ name, kind, resource }) => ({ name, kind, service: resource['service.name'] }))).toEqual([
        { name: 'GET /orders/:id', kind: 'SERVER', service: style.name },
      ])
    } finally {
      await receiver.close()
    }
  }, 90_000)

  it('has types that ESLint takes in a typed configuration', async () => {
    project.write({
      'typed/package.json': { name: 'typed', type: 'module' },
      'typed/tsconfig.json': {
        compilerOptions: { strict: true, noEmit: true, target: 'ES2022', module: 'nodenext', skipLibCheck: true, types: [] },
        files: ['eslint.config.ts'],
      },
      'typed/eslint.config.ts': `import type { Linter } from 'eslint'
import spanguard from 'eslint-plugin-spanguard'
const config: Linter.Config[] = [spanguard.configs.recommended, spanguard.configs.strict, { plugins: { spanguard } }]
export default config
// @ts-expect-error were everything \`any\`, this would be no error
spanguard.configs.nothing
`,
    })
    const { output, exitCode } = await project.run('tsc', ['-p', '.'], { in: 'typed' })
    expect(output).toBe('')
    expect(exitCode).toBe(0)
  })

  it('has a command that checks the project it stands in', async () => {
    project.write({
      'checked/package.json': { name: 'checked', type: 'module', dependencies: { express: '^5.3.0', '@spanguard/runtime': '^0.1.0' } },
      'checked/app.js': `import express from 'express'\nconst app = express()\napp.get('/orders', (_, response) => response.json([]))\napp.listen(3000)\n`,
    })
    const { exitCode, output } = await project.run('spanguard', ['check', '--all-rules', '--format', 'json'], { in: 'checked' })
    expect(() => JSON.parse(output) as unknown, output).not.toThrow()
    expect(exitCode, output).toBe(1)
  })
})
