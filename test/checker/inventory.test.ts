import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { inventory, inventoryDiff, type Inventory, type InventoryEntry } from '../../src/checker/index.js'
import { diffReporters, inventoryReporters } from '../../src/checker/report/inventory/index.js'

const shop: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'shop', type: 'module', dependencies: { express: '5' }, scripts: { start: 'node src/app.js' } }),
  'spanguard.config.json': JSON.stringify({ attributes: { allow: ['order.*'], deny: ['internal.note'] } }),
  'src/app.js': `import express from 'express'
import { traced } from './traced.js'
import { place } from './orders.js'
const app = express()
app.get('/orders/:id', (request, response) => traced('order.find', () => response.json(place(request.params.id))))
app.listen(3000)
`,
  'src/traced.js': `import { trace } from '@opentelemetry/api'
const tracer = trace.getTracer('shop')
export function traced(name, work) {
  return tracer.startActiveSpan(name, span => {
    try { return work(span) } finally { span.end() }
  })
}
`,
  'src/orders.js': `import { trace, SpanKind } from '@opentelemetry/api'
import { ATTR_HTTP_ROUTE } from '@opentelemetry/semantic-conventions'
export function place(id) {
  const card = read(id)
  const span = trace.getTracer('shop').startSpan('order.place', { kind: SpanKind.CLIENT, attributes: { 'order.id': id } })
  span.setAttribute(ATTR_HTTP_ROUTE, '/orders')
  span.setAttribute('order.state', id ? 'open' : 'closed')
  span.setAttribute('http.method', 'GET')
  span.setAttribute('internal.note', 'x')
  span.setAttribute('basket.size', 3)
  span.setAttribute('customer.email', card.email)
  span.setAttribute(\`\${card.kind}.total\`, 1.5)
  span.addEvent('order.stored')
  span.updateName('x')
  span.end()
}
`,
}

const entry = (found: Inventory, what: InventoryEntry['what'], name: string) => found.entries.filter(one => one.what === what && one.name === name)

describe('inventory', () => {
  it('names what the program writes, with place, service and class', async () => {
    const dir = folder(shop)
    const found = await inventory({ cwd: dir })
    expect(found.entries.map(one => [one.what, one.name, one.class, one.services.join(), path.relative(dir, one.file), one.origin.from.line])).toEqual([
      ['handler', 'GET /orders/:id', 'untraced', 'shop', 'src/app.js', 5],
      ['span', 'order.find', 'named', 'shop', 'src/app.js', 5],
      ['span', 'order.place', 'named', 'shop', 'src/orders.js', 5],
      ['attribute', 'basket.size', 'unlisted', 'shop', 'src/orders.js', 10],
      ['attribute', 'customer.email', 'sensitive', 'shop', 'src/orders.js', 11],
      ['attribute', 'http.method', 'deprecated', 'shop', 'src/orders.js', 8],
      ['attribute', 'http.route', 'semconv', 'shop', 'src/orders.js', 6],
      ['attribute', 'internal.note', 'denied', 'shop', 'src/orders.js', 9],
      ['attribute', 'order.id', 'listed', 'shop', 'src/orders.js', 5],
      ['attribute', 'order.state', 'listed', 'shop', 'src/orders.js', 7],
      ['attribute', '{kind}.total', 'dynamic', 'shop', 'src/orders.js', 12],
      ['event', 'order.stored', 'named', 'shop', 'src/orders.js', 13],
    ])
  })

  it('lists a span of a helper where the helper is called, by the helper’s name', async () => {
    const found = await inventory({ cwd: folder(shop) })
    expect(entry(found, 'span', 'order.find')).toMatchObject([{ via: 'traced', form: 'fixed' }])
    expect(found.entries.filter(one => one.file.endsWith('traced.js'))).toEqual([])
  })

  it('knows kind, keys, types and values as far as they are written', async () => {
    const found = await inventory({ cwd: folder(shop) })
    expect(entry(found, 'span', 'order.place')).toMatchObject([{ kind: 'client', attributes: ['order.id'] }])
    expect(entry(found, 'attribute', 'basket.size')).toMatchObject([{ type: 'int', values: [3] }])
    expect(entry(found, 'attribute', 'order.state')).toMatchObject([{ values: ['open', 'closed'] }])
    expect(entry(found, 'attribute', '{kind}.total')).toMatchObject([{ type: 'double', form: 'pattern' }])
  })

  it('writes no value of what is sensitive', async () => {
    const dir = folder({ ...shop, 'src/orders.js': `import { trace } from '@opentelemetry/api'\nexport const place = () => trace.getActiveSpan()?.setAttribute('user.password', 'hunter2')\n` })
    const found = await inventory({ cwd: dir })
    expect(entry(found, 'attribute', 'user.password')).toMatchObject([{ class: 'sensitive', values: [] }])
    for (const report of Object.values(inventoryReporters)) expect(report(found, '0.0.0')).not.toContain('hunter2')
  })
})

describe('formats', () => {
  it('json: relative paths, lines and columns from 1', async () => {
    const dir = folder(shop)
    const text = inventoryReporters['json']?.(await inventory({ cwd: dir }), '1.2.3') ?? ''
    const data = JSON.parse(text) as { schema: number; version: string; entries: Record<string, unknown>[] }
    expect([data.schema, data.version]).toEqual([1, '1.2.3'])
    expect(data.entries[0]).toMatchObject({ what: 'handler', file: 'src/app.js', line: 5, column: 5 })
    expect(text).not.toContain(dir)
  })

  it('markdown: what the policy objects to is bold, a bar in a name ends no cell', async () => {
    const found = await inventory({ cwd: folder({ ...shop, 'src/more.js': `import { trace } from '@opentelemetry/api'\ntrace.getActiveSpan()?.addEvent('a|b')\n` }) })
    const text = inventoryReporters['markdown']?.(found, '') ?? ''
    expect(text).toContain('| `customer.email` | **sensitive** |')
    expect(text).toContain('| `order.id` | listed |')
    expect(text).toContain(String.raw`\`a\|b\``.replaceAll('\\`', '`'))
  })

  it('weaver: own keys are defined once, those of the conventions are refs, ids are unique', async () => {
    const found = await inventory({ cwd: folder(shop) })
    const { groups } = parse(inventoryReporters['weaver']?.(found, '') ?? '') as { groups: Group[] }
    const definitions = groups.flatMap(group => (group.attributes ?? []).flatMap(one => one.id ?? []))
    const refs = groups.flatMap(group => (group.attributes ?? []).flatMap(one => one.ref ?? []))
    expect(definitions.toSorted()).toEqual(['basket.size', 'customer.email', 'internal.note', 'order.id', 'order.state'])
    expect(refs).toEqual(expect.arrayContaining(['http.method', 'http.route', 'order.id']))
    expect(new Set(groups.map(group => group.id)).size).toBe(groups.length)
    expect(groups.find(group => group.id === 'span.order.place')).toMatchObject({ type: 'span', span_kind: 'client', stability: 'development', attributes: [{ ref: 'order.id' }] })
    expect(groups.find(group => group.type === 'event')).toMatchObject({ name: 'order.stored' })
    for (const group of groups) for (const one of group.attributes ?? []) if (one.ref !== undefined) expect([...definitions, 'http.method', 'http.route']).toContain(one.ref)
  })

  it('weaver: a key that ends in an unknown part is a template', async () => {
    const dir = folder({ 'a.js': "import { trace } from '@opentelemetry/api'\nexport const f = (n) => trace.getActiveSpan()?.setAttribute(`order.item.${n}`, 'x')\n" })
    const { groups } = parse(inventoryReporters['weaver']?.(await inventory({ cwd: dir }), '') ?? '') as { groups: Group[] }
    expect(groups[0]?.attributes?.[0]).toMatchObject({ id: 'order.item', type: 'template[string]' })
  })
})

describe('inventoryDiff', () => {
  it('tells what is new and what is gone, and leaves no trace of its own', async () => {
    const dir = repository(shop)
    const before = git(dir, 'status', '--porcelain') + git(dir, 'worktree', 'list')
    write(dir, { 'src/orders.js': (shop['src/orders.js'] ?? '').replace("'basket.size', 3", "'basket.weight', 3").replace('// ', '').replace('export', '\n\nexport') })
    const diff = await inventoryDiff({ cwd: dir, ref: 'HEAD' })
    expect(diff.added.map(one => one.name)).toEqual(['basket.weight'])
    expect(diff.removed.map(one => one.name)).toEqual(['basket.size'])
    git(dir, 'checkout', '-q', '.')
    expect(git(dir, 'status', '--porcelain') + git(dir, 'worktree', 'list')).toBe(before)
    expect(readdirSync(os.tmpdir()).filter(name => name.startsWith(`spanguard-tree-${String(process.pid)}-`))).toEqual([])
  })

  it('calls moved lines no change', async () => {
    const dir = repository(shop)
    write(dir, { 'src/orders.js': `// moved\n\n${shop['src/orders.js'] ?? ''}` })
    const diff = await inventoryDiff({ cwd: dir, ref: 'HEAD' })
    expect([diff.added, diff.removed]).toEqual([[], []])
    expect(diffReporters['markdown']?.(diff, '')).toContain('Nothing new is recorded')
  })

  it('compares with the commit at which the branch left the other one', async () => {
    const dir = repository(shop)
    git(dir, 'checkout', '-q', '-b', 'feature')
    write(dir, { 'src/more.js': "import { trace } from '@opentelemetry/api'\ntrace.getActiveSpan()?.setAttribute('order.mine', 1)\n" })
    git(dir, 'add', '.')
    git(dir, 'commit', '-qm', 'mine')
    git(dir, 'checkout', '-q', 'main')
    write(dir, { 'src/other.js': "import { trace } from '@opentelemetry/api'\ntrace.getActiveSpan()?.setAttribute('order.theirs', 1)\n" })
    git(dir, 'add', '.')
    git(dir, 'commit', '-qm', 'theirs')
    git(dir, 'checkout', '-q', 'feature')
    const diff = await inventoryDiff({ cwd: dir, ref: 'main' })
    expect([diff.added.map(one => one.name), diff.removed]).toEqual([['order.mine'], []])
  })

  it('takes a folder that the other commit does not have as wholly new', async () => {
    const dir = repository({ 'README.md': 'x' })
    write(dir, Object.fromEntries(Object.entries(shop).map(([name, text]) => [`apps/shop/${name}`, text])))
    const diff = await inventoryDiff({ cwd: path.join(dir, 'apps/shop'), ref: 'HEAD' })
    expect(diff.added.length).toBeGreaterThan(5)
    expect(diff.removed).toEqual([])
  })

  it('says in one sentence that there is no such commit, and that there is no repository', async () => {
    await expect(inventoryDiff({ cwd: repository(shop), ref: 'nowhere' })).rejects.toThrow(/^There is no commit "nowhere" in this repository: fetch it .*\.$/u)
    await expect(inventoryDiff({ cwd: folder(shop), ref: 'main' })).rejects.toThrow(/is in no git repository/u)
  })
})

interface Group {
  readonly id: string
  readonly type: string
  readonly name?: string
  readonly attributes?: readonly { readonly id?: string; readonly ref?: string }[]
}

function folder(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'spanguard-inventory-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  write(dir, files)
  return dir
}

function write(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    if (!existsSync(path.dirname(path.join(dir, name)))) mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
    writeFileSync(path.join(dir, name), text)
  }
}

function repository(files: Readonly<Record<string, string>>): string {
  const dir = folder(files)
  git(dir, 'init', '-q', '-b', 'main')
  git(dir, 'add', '.')
  git(dir, 'commit', '-qm', 'first')
  return dir
}

function git(dir: string, ...parameters: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...parameters], { cwd: dir, encoding: 'utf8' })
}
