import { describe, expect, it } from 'vitest'
import { isSuppressed } from '../../src/checker/findings/finish.js'

const rule = 'require-handler-tracing'

describe('isSuppressed', () => {
  it.each([
    ['// eslint-disable-next-line spanguard/require-handler-tracing\nconst app = express()', 2, true],
    ['// eslint-disable-next-line spanguard/require-handler-tracing -- internal\nconst app = express()', 2, true],
    ['// eslint-disable-next-line no-console, spanguard/require-handler-tracing\nconst app = express()', 2, true],
    ['const app = express() // eslint-disable-line spanguard/require-handler-tracing', 1, true],
    ['/* eslint-disable spanguard/require-handler-tracing */\n\nconst app = express()', 3, true],
    ['/* eslint-disable spanguard/require-handler-tracing */\n/* eslint-enable spanguard/require-handler-tracing */\nconst app = express()', 3, false],
    ['// eslint-disable-next-line spanguard/span-end\nconst app = express()', 2, false],
    ['// eslint-disable-next-line spanguard/require-handler-tracing\n\nconst app = express()', 3, false],
    ['// spanguard-disable-next-line require-handler-tracing -- behind the gateway\nconst app = express()', 2, true],
    ['// spanguard-disable-next-line require-handler-tracing\nconst app = express()', 2, false],
  ])('%j, line %i: %s', (text, line, expected) => {
    expect(isSuppressed(text, line, rule)).toBe(expected)
  })
})
