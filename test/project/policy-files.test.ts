import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { toPolicy } from '@spanguard/policy'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { policyFiles, stalePolicyFiles } from '../../src/project/policy-files.js'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'spanguard-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

const policy = toPolicy({ attributes: { allow: ['order.*', 'payment.amount'], deny: ['order.note'] } })
const [json, types] = policyFiles('/app', policy)

describe('what is written', () => {
  it('is the normalised policy, the same bytes for the same rules in another order', () => {
    expect(JSON.parse(json.text)).toEqual(policy)
    const same = toPolicy({ attributes: { deny: ['order.note'], allow: ['payment.amount', 'order.*', 'order.*'] } })
    expect(policyFiles('/app', same)).toEqual([json, types])
  })

  it('types listed keys, namespaces, and what is denied within them', () => {
    expect(types.text).toContain("    'payment.amount': true\n")
    expect(types.text).toContain("    'http.route': true\n")
    expect(types.text).toContain('    [key: `order.${string}`]: true\n')
    expect(types.text).toMatch(/interface DeniedKeys \{\n {4}'order\.note': true\n {2}\}/)
  })

  it('leaves out what no policy can allow', () => {
    const [, denied] = policyFiles('/app', toPolicy({ attributes: { allow: ['db.query.text', 'enduser.*', 'url.query', 'http.*'] } }))
    expect(denied.text).not.toMatch(/^ {4}'(?:db\.query\.text|url\.query)'/m)
    expect(denied.text).not.toContain('`enduser.')
    expect(denied.text).toContain("    'enduser.pseudo.id': true\n")
    expect(denied.text.slice(denied.text.indexOf('DeniedKeys'))).toContain('[key: `http.request.header.${string}`]: true')
  })

  it('takes braces apart and quotes what a text may hold', () => {
    const [, odd] = policyFiles('/app', toPolicy({ attributes: { allow: ["it's.{a,b}", 'price.$'] } }))
    for (const line of ["'it\\'s.a': true", "'it\\'s.b': true", "'price.\\$': true"]) expect(odd.text).toContain(line)
  })
})

describe('what is stale', () => {
  const write = (one: string | null, other: string | null): void => {
    if (one !== null) writeFileSync(path.join(dir, 'spanguard.policy.json'), one)
    if (other !== null) writeFileSync(path.join(dir, 'spanguard.policy.d.ts'), other)
  }
  const changed = policyFiles('/app', toPolicy({ attributes: { allow: ['order.*'] } }))

  it.each([
    ['nothing, where there are no files', null, null, []],
    ['nothing, as written', json.text, types.text, []],
    ['nothing, after a formatter', JSON.stringify(JSON.parse(json.text)), types.text.replaceAll("'", '"').replaceAll('true\n', 'true;\n').replaceAll('    ', '\t'), []],
    ['both, after the config changed', changed[0].text, changed[1].text, ['spanguard.policy.json differs', 'spanguard.policy.d.ts differs']],
    ['the types alone', json.text, changed[1].text, ['spanguard.policy.d.ts differs']],
    ['a policy without types', json.text, null, ['spanguard.policy.d.ts missing']],
    ['types without a policy', null, types.text, ['spanguard.policy.json missing']],
    ['a policy that is no JSON', '{', types.text, ['spanguard.policy.json unreadable']],
    ['an empty object', '{}', types.text, ['spanguard.policy.json differs']],
  ])('%s', (_name, one, other, expected) => {
    write(one, other)
    expect(stalePolicyFiles(dir, policy).map(({ path: file, state }) => `${path.basename(file)} ${state}`)).toEqual(expected)
  })
})
