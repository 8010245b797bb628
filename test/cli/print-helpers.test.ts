import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, spanguard, write, type Files } from './project.js'

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
