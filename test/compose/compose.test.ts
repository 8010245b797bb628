import { afterAll, describe, expect, it } from 'vitest'
import { fixAll, type How, isNextStep, verify, worse } from './fixing.js'
import { snippets } from './snippets.js'
import { newTypeErrors, type Pair } from './types.js'

const pairs: Pair[] = []
let suggestions = 0
let fixed = 0

describe.each(Object.entries(snippets))('%s', (_, group) => {
  it('is something', () => {
    expect(group.length).toBeGreaterThanOrEqual(25)
  })

  it.each(group)('$name', { timeout: 60_000 }, (snippet) => {
    for (const how of ['offered', 'all'] satisfies How[]) {
      const before = verify(snippet, snippet.text, how)
      const output = fixAll(snippet, snippet.text, how)
      const after = verify(snippet, output, how)
      expect(worse(before, after), `${how}, after all fixes:\n${output}`).toEqual([])
      expect(after.filter(({ fix }) => fix !== undefined), `${how}: there is something left to fix:\n${output}`).toEqual([])
      // Whoever offers a fix has nothing to say where it was applied.
      const healed = before.filter(({ fix }) => fix !== undefined)
      const left = after.filter((message) => !isNextStep(message))
      expect(left.length, `${how}, after all fixes:\n${output}`).toBeLessThanOrEqual(before.length - healed.length)
      expect(fixAll(snippet, output, how)).toBe(output)
      if (output === snippet.text) continue
      fixed++
      pairs.push({ name: `${snippet.name}, ${how}`, file: snippet.file, before: snippet.text, after: output })
    }

    const found = verify(snippet, snippet.text, 'offered')
    for (const { ruleId, messageId, line, suggestions: offered = [] } of found) {
      for (const { desc, fix } of offered) {
        const output = snippet.text.slice(0, fix.range[0]) + fix.text + snippet.text.slice(fix.range[1])
        const after = verify(snippet, output, 'offered')
        // What is awaited now may be rejected there: the end belongs into a `finally` next.
        const next = ruleId === 'spanguard/await-before-end' ? after.filter((message) => message.ruleId !== 'spanguard/span-end') : after
        expect(worse(found, next), `line ${line}, ${desc}\n${output}`).toEqual([])
        const countOf = (messages: typeof found): number => messages.filter((message) => message.ruleId === ruleId && message.messageId === messageId).length
        expect(countOf(after), `${ruleId} is not content with its own suggestion: ${desc}\n${output}`).toBeLessThan(countOf(found))
        suggestions++
        pairs.push({ name: `${snippet.name}, ${desc}`, file: snippet.file, before: snippet.text, after: output })
      }
    }
  })
})

describe('what comes out', () => {
  it('is much', () => {
    expect(fixed).toBeGreaterThan(100)
    expect(suggestions).toBeGreaterThan(100)
  })

  it('type-checks where it did before', { timeout: 300_000 }, () => {
    expect(newTypeErrors(pairs)).toEqual([])
  })
})

afterAll(() => {
  process.stdout.write(`${fixed} files fixed, ${suggestions} suggestions applied, ${pairs.length} results type-checked\n`)
})
