import { builtInPolicy, ConfigError, configSchema, defineConfig, hashPolicy, parseConfig, toPolicy, traceRuleDescriptions } from '@spanguard/policy'
import { createHash } from 'node:crypto'
import { describe, expect, expectTypeOf, it } from 'vitest'

import { rules } from '../../rules/index.js'
import { ownRules } from '../../src/checker/rules.js'

function errorOf(input: unknown): ConfigError {
  try {
    parseConfig(input, 'spanguard.config.json')
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('The config is valid.')
}

describe('parseConfig', () => {
  it('takes the config that the design shows, as it is', () => {
    const config = {
      attributes: { allow: ['order.*', 'payment.amount', 'tenant.id'], deny: [], sensitive: { ignore: [], add: [] } },
      spanNames: { style: 'domain.action', domains: ['payment', 'fraud', 'invoice'], technicalWords: { add: [], remove: [] } },
      setup: { approved: ['@spanguard/runtime', './src/tracing.ts'], accept: [], preload: false, entries: ['src/main.ts'] },
      helpers: [{ module: './src/spans', export: 'withSpan', name: 0, attributes: 1, callback: 2, ends: true, records: true }],
      frameworks: [],
      handlers: { ignore: ['GET /healthz'] },
      severity: { 'handler-coverage': 'error' },
      files: { tests: ['**/*.test.ts'], ignore: [] },
    }
    expect(parseConfig(config, 'x')).toBe(config)
    expect(parseConfig({}, 'x')).toEqual({})
  })

  it.each([
    ['an unknown key, with the nearest', { attribute: {} }, 'attribute', 'attributes'],
    ['an unknown inner key', { attributes: { alow: [] } }, 'attributes.alow', 'allow'],
    ['a key of another place', { allow: [] }, 'allow', 'attributes.allow'],
    ['a key that is near nothing', { zzzzzzzz: 1 }, 'zzzzzzzz', 'helpers'],
    ['a value of the wrong type', { attributes: { allow: 'order.*' } }, 'attributes.allow', 'a list'],
    ['a member of the wrong type', { attributes: { allow: ['a.b', 3] } }, 'attributes.allow[1]', 'a text'],
    ['null', null, '', 'an object'],
    ['a list', [], '', 'an object'],
    ['a word that is none of the choices', { spanNames: { style: 'domain-action' } }, 'spanNames.style', 'domain.action'],
    ['everything allowed', { attributes: { allow: ['*'] } }, 'attributes.allow[0]', '*'],
    ['everything allowed, in other words', { attributes: { allow: ['**'] } }, 'attributes.allow[0]', 'order.*'],
    ['a star in the middle', { attributes: { allow: ['order.*.id'] } }, 'attributes.allow[0]', 'order.*'],
    ['an argument before the first', { helpers: [{ module: 'a', export: 'b', name: -1 }] }, 'helpers[0].name', '0'],
    ['half an argument', { helpers: [{ module: 'a', export: 'b', name: 0.5 }] }, 'helpers[0].name', 'whole number'],
    ['a helper without its module', { helpers: [{ export: 'b' }] }, 'helpers[0].module', 'missing'],
    ['a severity that is none', { severity: { 'span-end': 'fatal' } }, 'severity.span-end', 'error'],
    ['a key that is allowed and denied', { attributes: { allow: ['a.b', 'order.id'], deny: ['order.id'] } }, 'attributes.allow[1]', 'lists too'],
    ['a key that is allowed in a namespace that is denied', { attributes: { allow: ['order.id'], deny: ['order.*'] } }, 'attributes.allow[0]', 'takes out by "order.*"'],
    ['a namespace that is allowed in one that is denied', { attributes: { allow: ['order.item.*'], deny: ['order.*'] } }, 'attributes.allow[0]', 'takes out by "order.*"'],
    ['a name that is sensitive and is not', { attributes: { sensitive: { add: ['badge'], ignore: ['badge'] } } }, 'attributes.sensitive.add[0]', 'attributes.sensitive.ignore'],
    ['a word that is technical and is not', { spanNames: { technicalWords: { add: ['job'], remove: ['task', 'job'] } } }, 'spanNames.technicalWords.add[0]', 'spanNames.technicalWords.remove'],
    ['domains where any name is fine', { spanNames: { style: 'any', domains: ['order'] } }, 'spanNames.domains', 'spanNames.style'],
    ['an argument that is two things', { helpers: [{ module: 'a', export: 'b', name: 1, callback: 1 }] }, 'helpers[0].callback', 'its "name"'],
    ['a helper that writes two keys, each told of by a row', { helpers: [{ module: 'a', export: 'b', writes: [{ key: 'order.id', value: 0 }] }, { module: 'a', export: 'b', writes: [{ key: 'order.note', value: 0 }] }] }, 'helpers[1]', 'helpers[0]'],
    ['a helper of two kinds', { helpers: [{ module: 'a', export: 'b', name: 0 }, { module: 'a', export: 'b', name: 1 }] }, 'helpers[1]', 'helpers[0]'],
    ['a key of the prototype', JSON.parse('{"__proto__": {"allow": []}}') as unknown, '__proto__', 'does not exist'],
  ])('refuses %s', (_, input, path, hint) => {
    const error = errorOf(input)
    expect(error.path).toBe(path)
    expect(error.file).toBe('spanguard.config.json')
    expect(error.message).toMatch(/^spanguard\.config\.json: /)
    expect(error.message).toContain(hint)
    // One sentence.
    expect(error.message.trim().endsWith('.') || error.message.trim().endsWith('?')).toBe(true)
  })

  it.each([
    ['a key taken out of a namespace', { attributes: { allow: ['order.*'], deny: ['order.note'] } }],
    ['a namespace denied below one that is allowed', { attributes: { allow: ['order.*'], deny: ['order.item.*'] } }],
    ['a key whose name only begins like a namespace that is denied', { attributes: { allow: ['orders.id', 'order'], deny: ['order.*'] } }],
    ['a style without domains', { spanNames: { style: 'any', domains: [] } }],
    ['a helper given twice in the same words', { helpers: [{ module: 'a', export: 'b', name: 0 }, { name: 0, export: 'b', module: 'a' }] }],
    ['a helper without arguments', { helpers: [{ module: 'a', export: 'b' }] }],
  ])('takes what is no contradiction: %s', (_, config) => {
    expect(parseConfig(config, 'x')).toBe(config)
  })
})

describe('toPolicy', () => {
  it('fills in every key, so that what it gives can be written to a file and read back', () => {
    expect(JSON.parse(JSON.stringify(builtInPolicy))).toEqual(builtInPolicy)
    expect(toPolicy({})).toEqual(builtInPolicy)
  })

  it('sorts lists and drops doubles, so that equal policies are equal', () => {
    const one = toPolicy({ attributes: { allow: ['b.c', 'a.b', 'b.c'] } })
    expect(one.attributes.allow).toEqual(['a.b', 'b.c'])
    expect(hashPolicy(one)).toBe(hashPolicy(toPolicy({ attributes: { allow: ['a.b', 'b.c'] } })))
  })
})

describe('hashPolicy', () => {
  it('is the start of the SHA-256 of the policy with sorted keys', () => {
    const sorted = (value: unknown): unknown =>
      Array.isArray(value) ? value.map(sorted)
      : typeof value === 'object' && value !== null ?
        Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]))
      : value
    for (const allow of [[], ['a.b'], ['é.ü', '"\n'], Array.from({ length: 200 }, (_, index) => `order.k${index}`)]) {
      const policy = toPolicy({ attributes: { allow } })
      const expected = createHash('sha256').update(JSON.stringify(sorted(policy))).digest('hex').slice(0, 16)
      expect(hashPolicy(policy)).toBe(expected)
    }
  })

  it('does not depend on the order of keys', () => {
    const { attributes, files, spanNames } = builtInPolicy
    expect(hashPolicy({ spanNames, files, attributes })).toBe(hashPolicy(builtInPolicy))
  })

  it('tells policies apart', () => {
    expect(hashPolicy(toPolicy({ attributes: { allow: ['a.b'] } }))).not.toBe(hashPolicy(builtInPolicy))
  })
})

describe('the schema', () => {
  it('knows the severity of every rule, and of those that are the checker’s and the audit’s own', () => {
    expect(Object.keys(configSchema.properties?.['severity']?.properties ?? {})).toEqual([...Object.keys(rules), ...ownRules, ...Object.keys(traceRuleDescriptions)].toSorted())
  })

  it('describes every property', () => {
    const missing: string[] = []
    const visit = (schema: typeof configSchema, path: string): void => {
      for (const [key, inner] of Object.entries(schema.properties ?? {})) {
        if (inner.description === undefined) missing.push(`${path}.${key}`)
        visit(inner, `${path}.${key}`)
      }
      if (schema.items !== undefined) visit(schema.items, `${path}[]`)
    }
    visit(configSchema, '')
    expect(missing).toEqual([])
  })
})

describe('defineConfig', () => {
  it('keeps listed keys as literal types', () => {
    const config = defineConfig({ attributes: { allow: ['order.id', 'tenant.id'] } })
    expectTypeOf(config.attributes.allow[0]).toEqualTypeOf<'order.id'>()
    expect(config.attributes.allow).toEqual(['order.id', 'tenant.id'])
  })
})
