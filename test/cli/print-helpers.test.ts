import { cpSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import { describe, expect, it } from 'vitest'
import plugin from '../../src/index.js'
import { folder, root, spanguard, write, type Files } from './project.js'

const service: Files = {
  'package.json': JSON.stringify({ name: 'orders', type: 'module', dependencies: { '@opentelemetry/api': '1' }, scripts: { start: 'node src/main.ts' } }),
  'src/traced.ts': `import { trace } from '@opentelemetry/api'

const tracer = trace.getTracer('orders')

export function traced<T>(work: () => T, name: string): T {
  return tracer.startActiveSpan(name, span => {
    try {
      return work()
    } finally {
      span.end()
    }
  })
}
`,
  'src/main.ts': `import { traced } from './traced.js'\n\nexport const price = (order: { id: string }): number => traced(() => 1, \`order \${order.id}\`)\n`,
}

describe('--print-helpers', () => {
  it('writes rows that stand in the config as they are, and the editor knows the helper by them', () => {
    const dir = folder(service)
    const { status, stdout, stderr } = spanguard(dir, 'check', '--print-helpers')
    expect(stdout).toBe('{\n  "helpers": [\n    {"module":"./src/traced","export":"traced","name":1,"callback":0,"ends":true}\n  ]\n}\n')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    write(dir, { 'spanguard.config.json': stdout })
    const report = spanguard(dir, 'check', '--all-rules', '--format', 'json')
    expect(report.stderr).toBe('')
    expect(report.stdout).toContain('no-dynamic-span-name')
  })

  it('writes an empty list for a program without helpers', () => {
    const dir = folder({ 'package.json': '{ "name": "plain" }', 'main.js': 'export const answer = 42\n' })
    expect(spanguard(dir, 'check', '--print-helpers')).toEqual({ status: 0, stdout: '{ "helpers": [] }\n', stderr: '' })
  })

  it('writes to a file when one is named, and says what it could not read', () => {
    const dir = folder({ ...service, 'src/broken.ts': 'const = 1\n' })
    const { status, stdout, stderr } = spanguard(dir, 'check', '--print-helpers', '--output', 'helpers.json')
    expect(JSON.parse(readFileSync(path.join(dir, 'helpers.json'), 'utf8'))).toMatchObject({ helpers: [{ export: 'traced' }] })
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('broken.ts')
  })
})

/** Functions that annotate, in every argument order and under every kind of import. */
const annotating: Files = {
  'src/annotate.ts': `import { trace } from '@opentelemetry/api'

export function tag(value: string, key: string): void {
  trace.getActiveSpan()?.setAttribute(key, value)
}
export function describe(note: string): void {
  trace.getActiveSpan()?.setAttribute('order.note', note)
}
export const annotate = (fields: Record<string, string>): void => {
  trace.getActiveSpan()?.setAttributes(fields)
}
export function rename(name: string): void {
  trace.getActiveSpan()?.updateName(name)
}
export function happened(fields: Record<string, string>, what: string): void {
  trace.getActiveSpan()?.addEvent(what, fields)
}
export const tools = { tag, note: (text: string): void => describe(text) }
`,
  'src/telemetry/index.ts': `export { tag as label } from '../annotate.js'\n`,
  'src/calls.ts': `import { annotate, describe, happened, rename, tag, tools } from './annotate.js'
import { label } from './telemetry/index.js'
import * as all from './annotate.js'

export function place(password: string, id: string): void {
  tag(password, 'order.remark')
  tag('visa', 'card.number')
  describe(password)
  annotate({ 'order.remark': password })
  rename(\`order \${id}\`)
  happened({ 'order.remark': password }, 'order.packed')
  tools.note(password)
  label(password, 'order.remark')
  all.describe(password)
  tag('red', 'order.color')
  describe('fragile')
  annotate({ 'order.color': 'red' })
  rename('order.rename')
}
`,
}

/** `line rule` of what a file's findings are. */
function editorFindings(dir: string, file: string): string[] {
  // The parser's types are those of typescript-eslint, which ESLint's own do not take.
  const settings = [{ ...plugin.configs.recommended, files: ['**/*.ts'], languageOptions: { parser } }] as unknown as Linter.Config[]
  const messages = new Linter({ configType: 'flat', cwd: dir }).verify(read(dir, file), settings, { filename: path.join(dir, file) })
  return messages.map(({ line, ruleId }) => `${String(line)} ${(ruleId ?? '').replace('spanguard/', '')}`)
}

function checkFindings(dir: string, file: string): string[] {
  const { findings } = JSON.parse(spanguard(dir, 'check', '--format', 'json').stdout) as { findings: { file: string; line: number; rule: string }[] }
  return findings.flatMap(one => (one.file === file ? [`${String(one.line)} ${one.rule.replace('spanguard/', '')}`] : []))
}

const read = (dir: string, file: string): string => readFileSync(path.join(dir, file), 'utf8')

describe('the printed helpers, in the config', () => {
  it.each([
    ['calls of functions that annotate', 'src/calls.ts', ['6', '7', '8', '9', '10', '11', '12', '13', '14']],
    ['wrappers, factories, decorators and members of objects', 'src/orders.ts', ['11', '13', '15', '17', '18', '19', '20', '22', '27', '33']],
  ])('the editor finds at the calls what the checker found: %s', (_, file, lines) => {
    const dir = folder(annotating)
    cpSync(path.join(root, 'test/fixtures/programs/wrappers'), dir, { recursive: true })
    const found = checkFindings(dir, file).filter(one => lines.includes(one.split(' ')[0] ?? ''))
    expect(found.map(one => one.split(' ')[0])).toEqual(lines)
    expect(editorFindings(dir, file).filter(one => found.includes(one))).toEqual([])
    const { status, stderr } = spanguard(dir, 'check', '--print-helpers', '--update-config')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(editorFindings(dir, file)).toEqual(found)
    // What both know is left to the editor then.
    expect(checkFindings(dir, file).filter(one => found.includes(one))).toEqual([])
  })
})

describe('--update-config', () => {
  it('leaves what stands in the config, replaces rows of the same function, and changes nothing a second time', () => {
    const own = { attributes: { allow: ['order.*'] }, helpers: [{ module: '@acme/spans', export: 'run', name: 0 }, { module: './src/traced', export: 'traced', name: 0 }] }
    const dir = folder({ ...service, 'spanguard.config.json': JSON.stringify(own) })
    expect(spanguard(dir, 'check', '--print-helpers', '--update-config').stdout).toBe("written  spanguard.config.json: 1 helper of the program, 1 of the config's own kept\n")
    expect(JSON.parse(read(dir, 'spanguard.config.json'))).toEqual({ ...own, helpers: [own.helpers[0], { module: './src/traced', export: 'traced', name: 1, callback: 0, ends: true }] })
    expect(spanguard(dir, 'check', '--print-helpers', '--update-config').stdout).toBe('kept     spanguard.config.json: it has all 1 helper of the program\n')
  })

  it('writes modules relative to the config, which may stand further up', () => {
    const dir = folder({ 'spanguard.config.json': '{}', ...Object.fromEntries(Object.entries(service).map(([name, text]) => [`apps/orders/${name}`, text])) })
    spanguard(path.join(dir, 'apps/orders'), 'check', '--print-helpers', '--update-config')
    expect(JSON.parse(read(dir, 'spanguard.config.json'))).toMatchObject({ helpers: [{ module: './apps/orders/src/traced', export: 'traced' }] })
  })

  it.each([
    ['a config that is code', { 'spanguard.config.mjs': 'export default {}\n' }, ['--print-helpers', '--update-config'], /^spanguard\.config\.mjs is code, which is not rewritten: put the rows/u],
    ['a config that a shell has emptied', { 'spanguard.config.json': '' }, ['--print-helpers'], /spanguard\.config\.json: is empty: restore it, .*--update-config writes it safely/u],
    ['without --print-helpers', {}, ['--update-config'], /^--update-config writes the helpers of the program into the config: give --print-helpers with it\.$/u],
  ])('%s: exit code 2 and one sentence', (_, files, words, message) => {
    const { status, stdout, stderr } = spanguard(folder({ ...service, ...files }), 'check', ...words)
    expect([status, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1])
    expect(stderr.trim()).toMatch(message)
  })
})
