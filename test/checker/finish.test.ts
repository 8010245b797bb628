import { ts } from 'ts-morph'
import { describe, expect, it } from 'vitest'
import { findDirective, judgeDirectives, readDirectives } from '../../src/checker/findings/directives.js'

const rule = 'require-handler-tracing'
const directivesOf = (text: string, file = 'a.tsx') => readDirectives(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true))

describe('what a comment switches off', () => {
  it.each([
    ['// eslint-disable-next-line spanguard/require-handler-tracing\nconst app = express()', 2, true],
    ['// eslint-disable-next-line spanguard/require-handler-tracing -- internal\nconst app = express()', 2, true],
    ['// eslint-disable-next-line no-console, spanguard/require-handler-tracing\nconst app = express()', 2, true],
    ['/* eslint-disable-next-line spanguard/require-handler-tracing */\nconst app = express()', 2, true],
    ['const a = <div>{/* eslint-disable-next-line spanguard/require-handler-tracing */}\n{app()}</div>', 2, true],
    ['const app = express() // eslint-disable-line spanguard/require-handler-tracing', 1, true],
    ['/* eslint-disable spanguard/require-handler-tracing */\n\nconst app = express()', 3, true],
    ['/* eslint-disable spanguard/require-handler-tracing */\n/* eslint-enable spanguard/require-handler-tracing */\nconst app = express()', 3, false],
    ['/* eslint-disable spanguard/require-handler-tracing */\n/* eslint-enable */\nconst app = express()', 3, false],
    ['/* eslint-disable spanguard/require-handler-tracing */\n/* eslint-enable spanguard/span-end */\nconst app = express()', 3, true],
    ['// eslint-disable-next-line spanguard/span-end\nconst app = express()', 2, false],
    ['// eslint-disable-next-line\nconst app = express()', 2, false],
    ['// eslint-disable-next-line spanguard/require-handler-tracing\n\nconst app = express()', 3, false],
    ['// spanguard-disable-next-line require-handler-tracing -- behind the gateway\nconst app = express()', 2, true],
    ['// spanguard-disable-next-line spanguard/require-handler-tracing -- behind the gateway\nconst app = express()', 2, true],
    ['// spanguard-disable-next-line setup-first, require-handler-tracing -- behind the gateway\nconst app = express()', 2, true],
    ['// spanguard-disable-next-line require-handler-tracing\nconst app = express()', 2, false],
    ['// spanguard-disable-next-line require-handler-tracing --\nconst app = express()', 2, false],
    ["const text = '// eslint-disable-next-line spanguard/require-handler-tracing'\nconst app = express()", 2, false],
    ['const text = `\n// spanguard-disable-next-line require-handler-tracing -- why\n`; const app = express()', 3, false],
  ])('%j, line %i: %s', (text, line, expected) => {
    expect(findDirective(directivesOf(text), line, rule) !== null).toBe(expected)
  })
})

describe('comments that are reported themselves', () => {
  const judge = (text: string, used = false, off = false) => judgeDirectives(directivesOf(text), () => used, () => off).map(problem => [problem.severity, problem.message])

  it.each([
    ['no reason', '// spanguard-disable-next-line setup-first\nx()', false, /^"setup-first" is not switched off, since no reason is given/u],
    ['no rule', '// spanguard-disable-next-line\nx()', false, /names no rule/u],
    ['no such rule', '// spanguard-disable-next-line setup-frist -- why\nx()', false, /^There is no rule "setup-frist"/u],
    ['its own comment, which nothing needs', '// spanguard-disable-next-line setup-first -- why\nx()', false, /^Nothing here breaks "setup-first" any more: take the comment out/u],
    ["ESLint's comment on a name that is right", '// eslint-disable-next-line spanguard/no-sensitive-data\nx()', false, /^Nothing here breaks "no-sensitive-data"/u],
  ])('%s', (_name, text, used, message) => {
    expect(judge(text, used)).toEqual([[expect.stringMatching(/^(?:error|warn)$/u), expect.stringMatching(message)]])
  })

  it.each([
    ['one that is needed', '// spanguard-disable-next-line setup-first -- why\nx()', true, false],
    ['one on a rule that the config turns off', '// spanguard-disable-next-line setup-first -- why\nx()', false, true],
    ["ESLint's on a rule of which only ESLint knows whether it is broken", '// eslint-disable-next-line spanguard/span-end\nx()', false, false],
    ["ESLint's on the rules of others", '// eslint-disable-next-line no-console\nx()', false, false],
    ['text that looks like one', "const text = '// spanguard-disable-next-line setup-first'", false, false],
  ])('%s is not', (_name, text, used, off) => {
    expect(judge(text, used, off)).toEqual([])
  })

  it('points at the words of the comment, not at its end marks', () => {
    const text = 'a() /* eslint-disable-line spanguard/no-sensitive-data */'
    const [directive] = directivesOf(text)
    expect(text.slice(directive?.start, directive?.end)).toBe('eslint-disable-line spanguard/no-sensitive-data')
  })
})
