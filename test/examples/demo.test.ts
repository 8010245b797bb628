import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { diffFolders } from '../../examples/shop/diff.js'
import { readOptions } from '../../examples/shop/options.js'
import { renderTrace } from '../../examples/shop/render-trace.js'
import { startShop } from '../../examples/shop/services.js'
import { wrap } from '../../examples/shop/terminal.js'
import { readTempo } from '../../examples/shop/tempo.js'
import { decodeExportRequest } from '../receiver/otlp.js'

const plain = (text: string) => text.replace(/\u001b\[\d+m/g, '')

describe('the options of the demo', () => {
  it('are none by default', () => {
    expect(readOptions([])).toEqual({})
  })
  it('name a Tempo, where spans go in and where they come out', () => {
    const { tempo, otlp } = readOptions(['--tempo', 'http://localhost:3200', '--otlp=http://localhost:4318'])
    expect([tempo?.port, otlp?.port]).toEqual(['3200', '4318'])
  })
  it.each([
    [['--tempo', 'http://localhost:3200'], /belong together/],
    [['--otlp', 'http://localhost:4318'], /belong together/],
    [['--tempo', 'localhost:3200', '--otlp', 'http://localhost:4318'], /--tempo wants a URL/],
    [['--jaeger', 'x'], /--jaeger/],
  ])('refuse %j in one sentence', (argv, sentence) => {
    expect(() => readOptions(argv)).toThrow(sentence)
  })
})

const otlpSpan = (span: object) => ({ traceId: 'a'.repeat(32), startTimeUnixNano: '0', endTimeUnixNano: '10000000', ...span })
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } })
const resourceSpans = (service: string, spans: readonly object[]) => ({
  resource: { attributes: [attribute('service.name', service)] },
  scopeSpans: [{ scope: { name: 'test' }, spans: spans.map(otlpSpan) }],
})
const decode = (...batches: readonly object[]) =>
  decodeExportRequest(Buffer.from(JSON.stringify({ resourceSpans: batches })), 'application/json')

describe('the tree of a trace', () => {
  it('has children below their parents in the order of their start, across services', () => {
    const text = renderTrace(
      decode(
        resourceSpans('orders', [
          { spanId: '03'.repeat(8), parentSpanId: '01'.repeat(8), name: 'second', startTimeUnixNano: '5000000' },
          { spanId: '02'.repeat(8), parentSpanId: '01'.repeat(8), name: 'first', startTimeUnixNano: '2000000' },
        ]),
        resourceSpans('gateway', [{ spanId: '01'.repeat(8), name: 'root' }]),
      ),
    )
    expect(plain(text).split('\n').map((line) => line.replace(/ +[·━].*/, ''))).toEqual(['gateway  root', 'orders   ├─ first', 'orders   └─ second'])
  })

  it('marks errors with their stage, and shows what was redacted', () => {
    const text = plain(
      renderTrace(
        decode(
          resourceSpans('payment', [
            {
              spanId: '01'.repeat(8),
              name: 'payment.process',
              status: { code: 2 },
              attributes: [attribute('error.stage', 'fraud-check'), attribute('plain.key', 'x'), attribute('secret.key', '[REDACTED]')],
            },
          ]),
        ),
      ),
    )
    expect(text).toMatch(/payment {2}payment\.process .* 10 ms {2}✗\n.*error\.stage=fraud-check {2}secret\.key=\[REDACTED\]$/)
  })

  it('shows a span whose parent is missing as a root of its own', () => {
    expect(plain(renderTrace(decode(resourceSpans('a', [{ spanId: '01'.repeat(8), parentSpanId: '09'.repeat(8), name: 'orphan' }]))))).toMatch(/^a {2}orphan/)
  })
})

describe('a line that is longer than the terminal', () => {
  it('goes on below where its text began', () => {
    expect(wrap('  12:5  error  one two three four', 24).split('\n')).toEqual(['  12:5  error  one two', '               three', '               four'])
  })
  it('does not count colours', () => {
    expect(wrap('  \u001b[31mone two\u001b[39m', 9)).toBe('  \u001b[31mone two\u001b[39m')
  })
  it('is left alone when a word has no room at all', () => {
    expect(wrap('  abcdefghijkl', 6)).toBe('  abcdefghijkl')
  })
})

describe('the difference between two folders', () => {
  it('shows added and removed lines with a line around them, and only files that differ', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'spanguard-diff-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(path.join(folder, 'same.ts'), 'a\n')
    await writeFile(path.join(folder, 'app.ts'), '1\n2\n3\n4\n5\n6\n7\n8\n')
    const copy = `${folder}-copy`
    onTestFinished(() => rm(copy, { recursive: true }))
    await cp(folder, copy, { recursive: true })
    expect(await diffFolders(folder, copy)).toBe('')
    await writeFile(path.join(copy, 'app.ts'), '1\n2\nnew\n3\n4\n5\n6\nchanged\n8\n')
    expect(plain(await diffFolders(folder, copy)).trimEnd().split('\n')).toEqual([
      'app.ts', '  2', '+ new', '  3', '  ⋮', '  6', '- 7', '+ changed', '  8', '  ⋮',
    ])
  })
})

describe('reading from Tempo', () => {
  /** Answers as Tempo does: a search, then a trace with base64 ids and the names of enums. */
  const serve = async (search: unknown, trace: unknown, status = 200): Promise<URL> => {
    const server = createServer((request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(request.url?.startsWith('/api/search') === true ? search : trace))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  }

  it('turns ids and enums into those of OTLP', async () => {
    const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')
    const span = {
      traceId: base64('0a'.repeat(16)),
      spanId: base64('0b'.repeat(8)),
      parentSpanId: base64('0c'.repeat(8)),
      kind: 'SPAN_KIND_SERVER',
      status: { code: 'STATUS_CODE_ERROR' },
      name: 'GET /orders',
    }
    const tempo = await serve({ traces: [{ traceID: 'a'.repeat(31) }] }, { batches: [resourceSpans('orders', [span])] })
    const [[read] = []] = await readTempo(tempo, 'run')
    expect(read).toMatchObject({
      traceId: '0a'.repeat(16),
      spanId: '0b'.repeat(8),
      parentSpanId: '0c'.repeat(8),
      kind: 'SERVER',
      name: 'GET /orders',
      status: { code: 'ERROR' },
    })
  })

  it('finds nothing while the search knows nothing', async () => {
    expect(await readTempo(await serve({ traces: [] }, {}), 'run')).toEqual([])
  })

  it('says in one sentence that nobody answers, or with what', async () => {
    await expect(readTempo(new URL('http://127.0.0.1:1'), 'run')).rejects.toThrow(/^Tempo does not answer at http:\/\/127\.0\.0\.1:1 /)
    await expect(readTempo(await serve({ error: 'no' }, {}, 500), 'run')).rejects.toThrow(/^Tempo answers 500/)
  })
})

describe('starting the shop', () => {
  it('says which service could not start and why, and leaves none running', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'spanguard-shop-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await mkdir(path.join(folder, 'payment/src'), { recursive: true })
    await writeFile(path.join(folder, 'payment/package.json'), '{ "type": "module" }')
    await writeFile(path.join(folder, 'payment/src/main.ts'), "console.error('payment cannot listen: port 3002 is in use.')\nprocess.exit(1)\n")
    await expect(startShop(folder, new URL('http://127.0.0.1:4318'))).rejects.toThrow(/^The service payment ended before it listened \(exit code 1\): payment cannot listen: port 3002 is in use\.$/)
  })
})
