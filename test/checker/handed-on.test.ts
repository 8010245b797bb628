import { describe, expect, it } from 'vitest'

import { check } from '../../src/checker/index.js'
import { folder, type Files } from '../cli/project.js'

const spans = `import { trace } from '@opentelemetry/api'
const tracer = trace.getTracer('shop')
export async function withSpan<T>(name: string, attributes: Record<string, string>, work: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work()
    } finally {
      span.end()
    }
  })
}
`

async function places(files: Files): Promise<string[]> {
  const { findings } = await check({ cwd: folder({ 'package.json': '{ "name": "shop" }', 'src/spans.ts': spans, ...files }) })
  return findings.filter(({ rule }) => rule === 'no-unbounded-data').map(({ file, origin }) => `${file.split('/').at(-1) ?? ''}:${String(origin.from.line)}`)
}

describe('a value that a function hands on to a span', () => {
  it('is said where the function writes it, not at each of its calls', async () => {
    expect(await places({
      'src/crawl.ts': `import { withSpan } from './spans.js'\nexport const crawl = (pageUrl: string) => withSpan('page.crawl', { 'page.url': pageUrl }, async () => pageUrl)\n`,
      'src/main.ts': `import { crawl } from './crawl.js'\nexport const one = (bookmarkUrl: string) => crawl(bookmarkUrl)\nexport const two = (linkUrl: string) => crawl(linkUrl)\n`,
    })).toEqual(['crawl.ts:2'])
  })

  it('is nothing where it is an error\'s message, whatever error a call gives', async () => {
    expect(await places({
      'src/fail.ts': `import { trace } from '@opentelemetry/api'\nexport function fail(ex: unknown) {\n  trace.getActiveSpan()?.setAttribute('exception.text', typeof ex === 'object' && ex !== null && 'message' in ex ? JSON.stringify(ex.message) : 'unknown')\n}\n`,
      'src/main.ts': `import { fail } from './fail.js'\nexport const one = (uploadError: Error) => fail(uploadError)\nexport const two = () => fail(new RangeError('too many'))\nexport const three = () => fail('too many')\n`,
    })).toEqual([])
  })

  it('is said at the call where the function itself is fine', async () => {
    expect(await places({
      'src/crawl.ts': `import { withSpan } from './spans.js'\nexport const crawl = (page: string) => withSpan('page.crawl', { 'page.name': page }, async () => page)\n`,
      'src/main.ts': `import { crawl } from './crawl.js'\nexport const one = (body: object) => crawl(JSON.stringify(body))\nexport const two = (title: string) => crawl(title)\n`,
    })).toEqual(['main.ts:2'])
  })
})
