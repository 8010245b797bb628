import { compileTargets, originOf, toTarget } from '../../../runtime/src/clients/targets.js'
import { describe, expect, it } from 'vitest'

function target(url: string): ReturnType<typeof toTarget> {
  const { protocol, hostname, port } = new URL(url)
  return toTarget(protocol, hostname, port)
}

describe('what is local without being listed', () => {
  const isOurs = compileTargets([])

  it.each([
    'http://localhost:3000',
    'http://127.0.0.1',
    'http://127.8.9.1',
    'http://[::1]:3000',
    'http://10.1.2.3',
    'http://172.16.0.1',
    'http://172.31.255.255',
    'http://192.168.0.1',
    'http://[fd12::1]',
    'http://orders:8080',
    'http://orders.shop.svc',
    'http://orders.shop.svc.cluster.local',
    'http://printer.local',
    'https://billing.prod.internal',
  ])('%s', url => {
    expect(isOurs(target(url))).toBe(true)
  })

  it.each([
    'https://api.stripe.com',
    'http://11.1.2.3',
    'http://172.15.0.1',
    'http://172.32.0.1',
    'http://192.169.0.1',
    'http://[2001:db8::1]',
    'https://svc.example.com',
    'https://internal.example.com',
    'https://local.example.com',
  ])('not %s', url => {
    expect(isOurs(target(url))).toBe(false)
  })
})

describe('propagateTo', () => {
  it.each<[string | RegExp, string, boolean]>([
    ['api.example.com', 'https://api.example.com', true],
    ['api.example.com', 'https://api.example.com:8443', true],
    ['API.Example.com', 'https://api.example.com', true],
    ['api.example.com', 'https://x.api.example.com', false],
    ['api.example.com', 'https://api.example.com.evil.net', false],
    ['api.example.com:8443', 'https://api.example.com:8443', true],
    ['api.example.com:8443', 'https://api.example.com', false],
    ['api.example.com:443', 'https://api.example.com', true],
    ['.example.com', 'https://api.example.com', true],
    ['*.example.com', 'https://a.b.example.com', true],
    ['.example.com', 'https://example.com', false],
    ['.example.com', 'https://notexample.com', false],
    ['https://api.example.com', 'https://api.example.com', true],
    ['https://api.example.com/', 'https://api.example.com', true],
    ['https://api.example.com', 'http://api.example.com', false],
    ['https://api.example.com:8443', 'https://api.example.com', false],
    [/^https:\/\/[a-z]+\.example\.com$/, 'https://api.example.com', true],
    [/^https:\/\/[a-z]+\.example\.com$/, 'https://api.example.com:8443', false],
  ])('%s for %s: %s', (entry, url, expected) => {
    expect(compileTargets([entry])(target(url))).toBe(expected)
  })

  it('asks a global expression from its start each time', () => {
    const isOurs = compileTargets([/example/g])
    const answers = [1, 2, 3].map(() => isOurs(target('https://example.com')))
    expect(answers).toEqual([true, true, true])
  })

  it('keeps what is local', () => {
    expect(compileTargets(['api.example.com'])(target('http://orders:8080'))).toBe(true)
  })
})

it.each(['https://api.example.com', 'http://api.example.com:8080', 'http://[::1]:3000'])('writes an origin as URL does: %s', url => {
  expect(originOf(target(url))).toBe(new URL(url).origin)
})
