import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { explain } from '../../src/checker/index.js'
import { explanationText } from '../../src/checker/report/explanation.js'
import { folder, shop, spanguard, type Files } from './project.js'

const files: Files = {
  'package.json': JSON.stringify({ name: 'orders', type: 'module', dependencies: { '@opentelemetry/api': '1' } }),
  'src/keys.ts': `export const mail = 'customer.email'\nexport const kind = 'order.kind'\n`,
  'src/helper.ts': `import { trace } from '@opentelemetry/api'
export function tag(value: string, key: string): void {
  trace.getActiveSpan()?.setAttribute(key, value)
}
`,
  'src/orders.ts': `import { trace } from '@opentelemetry/api'
import { kind, mail } from './keys.js'
import { tag } from './helper.js'

export function place(contact: string, element: { setAttribute(a: string, b: string): void }, span: any, orderId: string): void {
  const active = trace.getActiveSpan()
  active?.setAttribute(mail, contact)
  active?.setAttribute('password.length', 12)
  span.setAttributes({ 'order.color': 'red' })
  element.setAttribute('aria-label', contact)
  tag(contact, 'user.password')
  // spanguard-disable-next-line no-sensitive-data -- a list that the customer made public
  active?.setAttribute('customer.email', contact)
  const work = 1 + 1
  trace.getTracer('orders').startActiveSpan(\`handle \${orderId}\`, child => {
    child.end()
  })
  void [work, kind]
}
`,
  'src/orders.test.ts': `import { trace } from '@opentelemetry/api'\ntrace.getActiveSpan()?.setAttribute('user.email', 'x')\n`,
  'src/broken.ts': 'const = 1\n',
}

async function told(line: number, file = 'src/orders.ts', given: Files = files): Promise<string> {
  const cwd = folder(given)
  return explanationText(await explain({ cwd, file, line }), { cwd, color: false })
}

describe('explain FILE:LINE', () => {
  it.each([
    ['a write, its key in another file, and who reports it', 7, ['src/orders.ts:7  active?.setAttribute(mail, contact)', 'attribute write  active.setAttribute: the program\'s code shows that "active" is of @opentelemetry/api (certain)', 'key  mail', 'the import mail of "./keys.js"', 'which is the literal "customer.email"', 'the parameter contact of place, which its callers give, of type string', '"customer.email" is personal by its words "email"', 'no-sensitive-data  The key', 'reported by spanguard check']],
    ['a name that is taken back, so that nothing is said', 8, ['"password.length" speaks of something sensitive and says that it is not the thing itself']],
    ['a receiver that is known by its name and method alone', 9, ['"span" is called like one and has a method that nothing else has (likely)']],
    ['a call that is none of a tracing API', 10, ['no call of a tracing API', 'nothing shows what "element" is']],
    ['what a helper of the program does with these arguments', 11, ['tag is a helper of the program', '→ src/helper.ts:2  tag does it', '"user.password" is secret by its words "password"', 'reported by spanguard check']],
    ['a comment that switches the rule off', 13, ['no-sensitive-data', 'a comment switches it off: a list that the customer made public']],
    ['a line with nothing, and where something stands', 14, ['Nothing of tracing stands on this line', 'Lines of this file that have something: 10, 11, 13, 15']],
    ['the start of a span', 15, ['span start  trace.getTracer(\'orders\').startActiveSpan', 'a template with one part that varies', 'active for its callback, ended by this code', 'no-dynamic-span-name']],
  ])('%s', async (_, line, sentences) => {
    const text = await told(line)
    for (const sentence of sentences) expect(text).toContain(sentence)
  })

  it.each([
    ['is written by the function that is given it', 'function inSpan<Result>(name: string, work: (span: Span) => Result): Result', 'the program\'s code shows that "given" is of @opentelemetry/api (certain)'],
    ['is left to the compiler, which knows the package when it is installed, where an alias stands for it', 'type Work = (span: Span) => void; function inSpan(name: string, work: Work): void', 'nothing shows what "given" is'],
    ['is left to the compiler where there are several signatures', 'function inSpan(name: string, work: (span: Span) => void): void; function inSpan(name: string, work: unknown): void; function inSpan(name: string, work: any): void', 'nothing shows what "given" is'],
  ])('what a callback receives %s', async (_, head, sentence) => {
    const spans = `import type { Span } from '@opentelemetry/api'\n${head} { return work({} as Span) }\nexport const renew = (id: string) => inSpan('order.renew', given => {\n  given.setAttribute('order.kind', id)\n})\n`
    const text = await told(4, 'src/spans.ts', { ...files, 'src/spans.ts': spans })
    expect(text).toContain(sentence)
  })

  it.each([
    ['a test', 'src/orders.test.ts', 'A pattern of "files.tests" or "files.ignore" of the config names it'],
    ['a file that does not parse', 'src/broken.ts', 'It does not parse (line 1: Variable declaration expected), so that nothing of it is judged.'],
  ])('says why nothing is said of %s', async (_, file, sentence) => {
    expect(await told(1, file)).toContain(sentence)
  })

  it('tells by what a handler is served, and the way to it', async () => {
    const text = await told(4, 'src/orders.js', shop)
    expect(text).toContain('handler  GET /:id of Express, in service "shop"')
    expect(text).toContain('untraced:')
    expect(text).toContain('→ src/server.js:5  is mounted here')
  })

  it('reaches it from the command line, from another folder too, and says in one sentence what is wrong with a place', () => {
    const dir = folder(files)
    expect(spanguard(dir, 'explain', 'src/orders.ts:7:3')).toMatchObject({ status: 0, stderr: '' })
    expect(spanguard(path.dirname(dir), 'explain', `${dir}/src/orders.ts:7`).stdout).toContain('is personal by its words')
    for (const [place, message] of [
      ['src/nowhere.ts:1', /^src\/nowhere\.ts cannot be read \(ENOENT.*\): give a source file and a line/u],
      ['src/keys.ts:99', /^src\/keys\.ts has 3 lines: there is no line 99\.$/u],
      ['src/keys.ts', /^Which line of src\/keys\.ts\? Write src\/keys\.ts:12\.$/u],
    ] as const) {
      const { status, stdout, stderr } = spanguard(dir, 'explain', place)
      expect([status, stdout]).toEqual([2, ''])
      expect(stderr.trim()).toMatch(message)
    }
  })

  it('still shows the page of a rule', () => {
    expect(spanguard(folder(files), 'explain', 'no-sensitive-data').stdout).toContain('# ')
  })
})
