import { describe, expect, it } from 'vitest'

import { isSilentFile } from '../../src/analysis/index.js'

type Context = Parameters<typeof isSilentFile>[0]

const spans = "tracer.startActiveSpan('order.place', (span) => span.end())"
const setup = "import './telemetry.js'"
const neither = 'export const add = (a: number, b: number) => a + b'

function ofRule(ofFile: object, id: string): Context {
  return Object.freeze(Object.assign(Object.create(ofFile) as Context, { id }))
}

/** As ESLint makes them: one object for the file, and one with it as prototype for each rule. */
function ofFile(text: string): object {
  return { filename: '/service/src/file.ts', cwd: '/service', settings: {}, sourceCode: { text } }
}

describe('a file that says nothing', () => {
  it.each([
    ['of spans or setup', neither, true],
    ['but starts a span', spans, false],
    ['but names a module of its own that may set tracing up', setup, false],
  ])('%s', (_, text, silent) => {
    const file = ofFile(text)
    expect(isSilentFile(ofRule(file, 'spanguard/span-end'))).toBe(silent)
    expect(isSilentFile(ofRule(file, 'spanguard/error-status'))).toBe(silent)
  })

  it('says something once it is linted anew with another text', () => {
    expect(isSilentFile(ofRule(ofFile(neither), 'spanguard/span-end'))).toBe(true)
    expect(isSilentFile(ofRule(ofFile(spans), 'spanguard/span-end'))).toBe(false)
    expect(isSilentFile(ofRule(ofFile(neither), 'spanguard/span-end'))).toBe(true)
  })

  it('unless the config names a helper of the project that it calls', () => {
    const settings = { spanguard: { helpers: [{ module: './work', export: 'inSpan', name: 0, callback: 1, ends: true }] } }
    const file = { ...ofFile("import { inSpan } from './work.js'\ninSpan('x', f)"), settings }
    expect(isSilentFile(ofRule(file, 'spanguard/span-end'))).toBe(false)
  })

  it('is told file by file where one object stands for all of them in turn, as in oxlint', () => {
    let text = neither
    const sourceCode = {
      get text() {
        return text
      },
    }
    const everyFile = { filename: '/service/src/file.ts', cwd: '/service', settings: {}, sourceCode }
    expect(isSilentFile(ofRule(everyFile, 'spanguard/span-end'))).toBe(true)
    text = spans
    expect(isSilentFile(ofRule(everyFile, 'spanguard/span-end'))).toBe(false)
  })
})
