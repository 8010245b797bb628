import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const app = `import express from 'express'\nconst app = express()\napp.get('/orders', (_, response) => response.json([]))\napp.listen(3000)\n`
const packageJson = JSON.stringify({ name: 'shop', type: 'module', dependencies: { express: '5' }, scripts: { start: 'node app.js' } })

/** Runs the built command in a folder that holds these files. */
function spanguard(files: Readonly<Record<string, string>>, ...parameters: readonly string[]) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spanguard-bad-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'dist/src/cli.js'), ...parameters], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { status, output: stdout + stderr }
}
const service = { 'package.json': packageJson, 'app.js': app }

describe('spanguard, given something that it cannot use, says so in one sentence', () => {
  it.each([
    ['an unknown option', service, ['check', '--nope'], /unknown option '--nope'/],
    ['an unknown command', service, ['chek'], /unknown command 'chek'\n\(Did you mean check\?\)/],
    ['an unknown format', service, ['check', '--format', 'xml'], /'xml' is invalid. Allowed choices are .*sarif/],
    ['a report into a folder that is not there', service, ['check', '--output', 'no/report.json'], /no\/report\.json cannot be written \(ENOENT.*\): name a file in a folder/],
    ['a baseline that is not there', service, ['check', '--baseline', 'no.json'], /The baseline .*no\.json cannot be read \(ENOENT.*\): mend the path, or write it/],
    ['a folder that is not there', service, ['check', '../nowhere'], /no file or folder "\.\.\/nowhere"/],
    ['a folder without source', { 'package.json': packageJson }, ['check'], /no source file to check in/],
    [
      'a config with an unknown key',
      { ...service, 'spanguard.config.json': '{ "attributes": { "alow": [] } }' },
      ['check'],
      /spanguard\.config\.json: .*"?alow"?.* does not exist.*did you mean "allow"/,
    ],
    ['a config that is no JSON', { ...service, 'spanguard.config.json': '{ "attributes": ' }, ['check'], /spanguard\.config\.json: is not JSON/],
    [
      'a config with a value of the wrong type',
      { ...service, 'spanguard.config.json': '{ "attributes": { "allow": "order.*" } }' },
      ['check'],
      /spanguard\.config\.json: .*allow/,
    ],
    [
      'a severity for a rule that there is not',
      { ...service, 'spanguard.config.json': '{ "severity": { "require-handler-trace": "warn" } }' },
      ['check'],
      /spanguard\.config\.json: .*require-handler-trace.* does not exist.*did you mean "require-handler-tracing"/,
    ],
    [
      'an entry that is not there',
      { ...service, 'spanguard.config.json': '{ "setup": { "entries": ["src/mian.ts", "app.js"] } }' },
      ['check'],
      /spanguard\.config\.json: setup\.entries names src\/mian\.ts, which does not exist: mend the path/,
    ],
    ['a config in code with an unknown key', { ...service, 'spanguard.config.js': 'export default { setup: { prelod: true } }' }, ['check'], /spanguard\.config\.js: .*prelod.*did you mean "preload"/],
    ['a config in code that throws', { ...service, 'spanguard.config.ts': 'throw new Error("out of tea")' }, ['check'], /spanguard\.config\.ts: cannot be loaded: out of tea/],
    ['two configs in one folder', { ...service, 'spanguard.config.ts': '', 'spanguard.config.json': '{}' }, ['check'], /spanguard\.config\.(?:json|ts): stands beside spanguard\.config\.(?:json|ts): keep one/],
    [
      'an entry that the config itself leaves out',
      { ...service, 'spanguard.config.json': '{ "setup": { "entries": ["app.js"] }, "files": { "ignore": ["app.js"] } }' },
      ['check'],
      /spanguard\.config\.json: setup\.entries names app\.js, which files\.tests or files\.ignore leaves out: take it out of one of them/,
    ],
    [
      'a config that allows what it denies',
      { ...service, 'spanguard.config.json': '{ "attributes": { "allow": ["order.id"], "deny": ["order.*"] } }' },
      ['check'],
      /spanguard\.config\.json: "attributes\.allow\[0\]" is "order\.id", which "attributes\.deny" takes out by "order\.\*": denied wins, so take it out of one of the two/,
    ],
    [
      'a config that says two things of one helper',
      { ...service, 'spanguard.config.json': '{ "helpers": [{ "module": "./spans", "export": "run", "name": 0 }, { "module": "./spans", "export": "run", "name": 1 }] }' },
      ['check'],
      /spanguard\.config\.json: "helpers\[1\]" says something else of run of "\.\/spans" than "helpers\[0\]" does: keep one of the two/,
    ],
    [
      'a config that extends itself by another one',
      { ...service, 'spanguard.config.json': '{ "extends": "./base.json" }', 'base.json': '{ "extends": "./spanguard.config.json" }' },
      ['check'],
      /spanguard\.config\.json: "extends" leads back to this file: take it out/,
    ],
    [
      'a tsconfig that extends itself by another one',
      { ...service, 'tsconfig.json': '{ "extends": "./base.json" }', 'base.json': '{ "extends": "./tsconfig.json" }' },
      ['check'],
      /tsconfig\.json: Circularity detected while resolving configuration.*: mend this tsconfig/,
    ],
    [
      'a tsconfig with a bad option',
      { ...service, 'tsconfig.json': '{ "compilerOptions": { "modul": "nodenext" }, "include": ["app.js"] }' },
      ['check'],
      /tsconfig\.json: Unknown compiler option 'modul'/,
    ],
  ])('%s: exit code 2', (_, files, parameters, sentence) => {
    const { status, output } = spanguard(files, ...parameters)
    expect(output).toMatch(sentence)
    expect(output).not.toMatch(/^ {4}at /m)
    expect(status).toBe(2)
  })

  it('a file that does not parse is named, and is not counted as clean', () => {
    const { status, output } = spanguard({ ...service, 'broken.ts': 'const = {\n' }, 'check')
    expect(output).toMatch(/not checked +broken\.ts:1 does not parse/)
    expect(output).toContain('1 file was not checked')
    expect(status).not.toBe(0)
  })

  it('of a file that does not parse nothing is judged beside that', () => {
    const { status, output } = spanguard({ ...service, 'app.js': `${app}app.get('/more', (_, response) => {` }, 'check', '--all-rules')
    expect(output).toMatch(/not checked +app\.js:5 does not parse/)
    expect(output).toContain('Nothing found')
    expect(output).not.toMatch(/0\/[12]/)
    expect(status).toBe(1)
  })

  it.each([
    ['an empty list', '{ "files": [] }', /note +.*tsconfig\.json yields no files, and the sources below its folder were checked all the same: name some/],
    ['a folder that is not there', '{ "include": ["nowhere/**/*.ts"] }', /note +.*tsconfig\.json yields no files/],
    ['a file that is not there', '{ "files": ["src/mian.ts"] }', /note +.*tsconfig\.json: "files" names src\/mian\.ts, which does not exist: mend the path/],
    ['a base that is not there', '{ "extends": "./base.json", "include": ["."] }', /note +.*tsconfig\.json: Cannot read file '.*base\.json': mend the path/],
  ])('a tsconfig of the folder that names %s is told, and loses nothing: the sources beside it are checked', (_, tsconfig, sentence) => {
    const { status, output } = spanguard({ ...service, 'tsconfig.json': tsconfig }, 'check', '--all-rules')
    expect(output).toMatch(sentence)
    expect(output).toMatch(/shop +0\/1/)
    expect(status).toBe(1)
  })

  it.each([
    ['an empty list', '{ "files": [] }', /config +.*tsconfig\.json yields no files: name some/],
    ['a folder that is not there', '{ "include": ["nowhere"] }', /config +.*tsconfig\.json yields no files: name some/],
    ['a file that is not there', '{ "files": ["src/mian.ts"] }', /config +.*tsconfig\.json: "files" names src\/mian\.ts, which does not exist: mend the path/],
  ])('a tsconfig that was asked for by name and names %s: exit code 2, one sentence', (_, tsconfig, sentence) => {
    const { status, output } = spanguard({ ...service, 'tsconfig.json': tsconfig }, 'check', 'tsconfig.json')
    expect(output).toMatch(sentence)
    expect(output.match(/^config /gm)).toHaveLength(1)
    expect(output).not.toContain('✓')
    expect(status).toBe(2)
  })

  it.each([
    ['a folder that includes what is there', '{ "include": ["./src/../*.js"] }'],
    ['a solution of projects', '{ "files": [], "references": [{ "path": "." }] }'],
    ['a target that TypeScript 6 has given up', '{ "compilerOptions": { "target": "es5", "moduleResolution": "node" } }'],
  ])('a tsconfig is passed over in silence: %s', (_, tsconfig) => {
    expect(spanguard({ ...service, 'tsconfig.json': tsconfig }, 'check').output).not.toContain('tsconfig.json')
  })

  it('no green tick stands beside a mistake in the configuration, nor beside handlers that nothing traces', () => {
    const off = { 'spanguard.config.json': '{ "severity": { "require-handler-tracing": "off" } }' }
    const wrong = { ...service, ...off, 'tsconfig.json': '{ "compilerOptions": { "modul": "nodenext" } }' }
    expect(spanguard(wrong, 'check').output).toMatch(/^✗ Nothing found in 1 service, 1 file\. 1 mistake in the configuration, to be mended first/m)
    expect(spanguard({ ...service, ...off }, 'check').output).toMatch(/^! Nothing found in 1 service, 1 file\. 1 handler is not traced\./m)
  })

  it('a project without package.json is checked all the same', () => {
    const { output } = spanguard({ 'app.js': app }, 'check')
    expect(output).toMatch(/0\/1 +0 %/)
  })
})

describe('ESLint, given a config of Spanguard that is wrong', () => {
  it('ends with one sentence that names file and key, and no stack', () => {
    const folder = mkdtempSync(path.join(root, 'node_modules/.spanguard-bad-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const plugin = JSON.stringify(path.join(root, 'dist/plugin.js'))
    writeFileSync(path.join(folder, 'eslint.config.mjs'), `import spanguard from ${plugin}\nexport default [{ ignores: [] }, spanguard.configs.recommended]\n`)
    writeFileSync(path.join(folder, 'spanguard.config.json'), '{ "attributes": { "alow": [] } }')
    writeFileSync(path.join(folder, 'app.js'), app)
    const { status, stderr } = spawnSync(process.execPath, [path.join(root, 'node_modules/eslint/bin/eslint.js'), '--no-ignore', '.'], { cwd: folder, encoding: 'utf8' })
    expect(stderr).toMatch(/spanguard\.config\.json: "attributes\.alow" does not exist.*did you mean "allow"/)
    expect(stderr).not.toMatch(/^ {4}at /m)
    expect(status).toBe(2)
  })
})

describe('a config that is code', () => {
  const text = '{ handlers: { ignore: ["GET /orders"] } }'
  it.each([
    ['spanguard.config.json', '{ "handlers": { "ignore": ["GET /orders"] } }'],
    ['spanguard.config.js', `export default ${text}`],
    ['spanguard.config.mjs', `export default await Promise.resolve(${text})`],
    ['spanguard.config.cjs', `module.exports = ${text}`],
    ['spanguard.config.ts', `const ignore: string[] = ['GET /orders']\nexport default { handlers: { ignore } }`],
  ])('%s holds for the check', (name, config) => {
    const { status, output } = spanguard({ ...service, [name]: config }, 'check', '--all-rules')
    expect(output).toMatch(/Nothing found in 1 service/)
    expect(status).toBe(0)
  })
})

describe('a service of the shop', () => {
  it.each(['gateway', 'orders', 'payment'])('%s, whose port is in use, says so in one sentence and ends', async (name) => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as AddressInfo
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
      cwd: path.join(root, 'examples/shop/after', name),
      env: { ...process.env, PORT: String(port), NODE_OPTIONS: '', OTEL_SDK_DISABLED: 'true' },
    })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect(errors.trim()).toMatch(new RegExp(`^${name} cannot listen: .*EADDRINUSE.*${port}\\. Set PORT to a free port\\.$`))
    expect(code).toBe(1)
  })
})
