import { describe, expect, it } from 'vitest'

import { firstLineOf, isDeclaration } from '../../src/project/top-statements.js'

describe('the statement at the top that something is a part of', () => {
  it.each([
    ['a function', 'export async function start() {\n  HERE\n}\n', true],
    ['a function with parameters in lines of their own', 'export function start(\n  port: number,\n) {\n  HERE\n}\n', true],
    ['an arrow function', 'export const start = async (): Promise<void> => {\n  HERE\n}\n', true],
    ['a default export', 'export default function () {\n  HERE\n}\n', true],
    ['a class', 'export class Tracing {\n  start() {\n    HERE\n  }\n}\n', true],
    ['a value', 'export const sdk = new NodeSDK({\n  a: HERE,\n})\n', false],
    ['a function that runs at once', 'export const sdk = (() => {\n  HERE\n})()\n', false],
    ['a condition', 'if (enabled) {\n  HERE\n}\n', false],
    ['a call behind a function', 'function start() {\n}\nstart(HERE)\n', false],
    ['the first line', 'HERE\n', false],
  ])('%s', (_, text, declared) => {
    const line = firstLineOf(text, text.indexOf('HERE'))
    expect(line !== null && isDeclaration(line)).toBe(declared)
  })

  it('is nowhere in a text that does not begin with one', () => {
    expect(firstLineOf('  HERE\n', 2)).toBe(null)
  })
})
