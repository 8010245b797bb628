import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { findSensitiveText, maskText, type TextMatch } from '@spanguard/policy'

const repeat = (text: string, times: number): string => text.repeat(times)
const A36 = repeat('a1B2', 9)

/** Made at run time, so that scanners of repositories find no token here. */
const token = (prefix: string, length: number): string => prefix + repeat('a1B2c3D4', 20).slice(0, length)

interface Case {
  readonly name: string
  readonly text: string
  readonly kind: TextMatch['kind']
  /** What must be gone, by default the whole text. */
  readonly found?: string
}

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'

const sensitive: readonly Case[] = [
  { name: 'a GitHub token', text: token('ghp_', 36), kind: 'vendor-token' },
  { name: 'a GitHub fine-grained token', text: token('github_pat_', 60), kind: 'vendor-token' },
  { name: 'a GitLab token', text: token('glpat-', 20), kind: 'vendor-token' },
  { name: 'an AWS access key id', text: 'AKIA' + repeat('ABCD', 4), kind: 'vendor-token' },
  { name: 'a Slack bot token', text: 'xoxb-' + '1234567890-abcdef', kind: 'vendor-token' },
  { name: 'a Stripe key', text: token('sk_live_', 24), kind: 'vendor-token' },
  { name: 'an npm token', text: token('npm_', 36), kind: 'vendor-token' },
  { name: 'a Google API key', text: token('AIza', 35), kind: 'vendor-token' },
  { name: 'an OpenAI project key', text: token('sk-proj-', 48), kind: 'vendor-token' },
  { name: 'an Anthropic key', text: token('sk-ant-api03-', 48), kind: 'vendor-token' },
  { name: 'a SendGrid key', text: `SG.${token('', 22)}.${token('', 43)}`, kind: 'vendor-token' },
  { name: 'a token inside a path', text: `/hook/${token('ghp_', 36)}/run`, kind: 'vendor-token', found: token('ghp_', 36) },
  { name: 'a JWT', text: JWT, kind: 'jwt' },
  { name: 'a JWT behind a word', text: `session ${JWT}!`, kind: 'jwt', found: JWT },
  { name: 'an unsigned JWT', text: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.', kind: 'jwt', found: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0' },
  {
    name: 'a private key',
    text: `-----BEGIN RSA PRIVATE KEY-----\n${A36}\n-----END RSA PRIVATE KEY-----`,
    kind: 'pem',
  },
  { name: 'a private key that was cut off', text: `-----BEGIN PRIVATE KEY-----\n${A36}`, kind: 'pem' },
  { name: 'user and password in a URL', text: 'postgres://app:hunter2@db:5432/shop', kind: 'url-userinfo', found: 'app:hunter2' },
  { name: 'a password with an @ in a URL', text: 'amqp://app:p@ss@mq/', kind: 'url-userinfo', found: 'app:p@ss' },
  { name: 'a bearer token', text: 'Bearer abcdef0123456789', kind: 'bearer' },
  { name: 'basic credentials', text: 'Basic YWxhZGRpbjpvcGVuc2VzYW1l', kind: 'basic' },
  { name: 'a password in a query', text: '/login?user=1&password=hunter2&x=1', kind: 'assignment', found: 'hunter2' },
  { name: 'a token in a query', text: '/reset?token=a8f2c91e7b', kind: 'assignment', found: 'a8f2c91e7b' },
  { name: 'a password in JSON', text: '{"user":1,"password":"hunter2"}', kind: 'assignment', found: 'hunter2' },
  { name: 'a secret in JSON inside JSON', text: '{\\"client_secret\\":\\"hunter2\\"}', kind: 'assignment', found: 'hunter2' },
  { name: 'an account key of a connection string', text: 'AccountName=shop;AccountKey=abc123==;', kind: 'assignment', found: 'abc123==' },
  { name: 'a cookie header behind a sign', text: 'https://x.example/Cookie: sid=abc123', kind: 'assignment', found: 'sid=abc123' },
  { name: 'a cookie header', text: 'Cookie: sid=abc123; theme=dark', kind: 'assignment', found: 'sid=abc123; theme=dark' },
  { name: 'an e-mail address', text: 'mail to ann.lee+x@mail.example.co.uk.', kind: 'email', found: 'ann.lee+x@mail.example.co.uk' },
  { name: 'an e-mail address in a path', text: '/users/ann%40example.com/orders', kind: 'email', found: 'ann%40example.com' },
  { name: 'an e-mail address with letters that are not ASCII', text: 'jörg@example.de', kind: 'email' },
  { name: 'an IBAN', text: 'DE89370400440532013000', kind: 'iban' },
  { name: 'an IBAN in groups', text: 'GB29 NWBK 6016 1331 9268 19 EUR', kind: 'iban', found: 'GB29 NWBK 6016 1331 9268 19' },
  { name: 'a US social security number', text: 'ssn 123-45-6789', kind: 'ssn', found: '123-45-6789' },
  { name: 'a Visa number', text: '4111111111111111', kind: 'card-number' },
  { name: 'a Visa number in groups', text: 'card 4111 1111 1111 1111 declined', kind: 'card-number', found: '4111 1111 1111 1111' },
  { name: 'an American Express number', text: '3782-822463-10005', kind: 'card-number' },
  { name: 'a Mastercard number in a path', text: '/cards/5555555555554444', kind: 'card-number', found: '5555555555554444' },
  { name: 'a Mastercard number of the second range', text: '2223003122003222', kind: 'card-number' },
]

const harmless: readonly (readonly [name: string, text: string])[] = [
  ['a trace id', '4bf92f3577b34da6a3ce929d0e0e4736'],
  ['a trace id of digits only', '41111111111111114111111111111111'],
  ['a UUID whose groups look like a card', '41111111-1111-1111-8111-111111111111'],
  ['a hex id with a card number in it', 'a4111111111111111f'],
  ['a number whose check digit is wrong', '4111111111111112'],
  ['a number of no issuer that passes Luhn', '1111111111111117'],
  ['epoch milliseconds', '1767225600000'],
  ['epoch nanoseconds', '1767225600000000000'],
  ['a fraction', '0.4111111111111111'],
  ['a number with an odd grouping', '41-11111111111111'],
  ['a phone-like number', '555-12-345'],
  ['an SSN of an area that is not given out', '666-12-3456'],
  ['a date and a number', '2026-11-23-4567'],
  ['an IBAN with a wrong check', 'DE88370400440532013000'],
  ['a word that begins like an IBAN', 'DE89 means Germany'],
  ['an image', 'logo@2x.png'],
  ['an image and a sign', 'logo@2x.png…'],
  ['a package and a sign', 'lodash@4.17.21…'],
  ['a scope of packages and a sign', '@types/node“'],
  ['a name without an ending and a sign', 'ann@example…'],
  ['an escape that is none', 'n4111111111111111 g%4111111111111111x'],
  ['a package', 'lodash@4.17.21'],
  ['an image digest', 'redis@sha256:abcdef'],
  ['a git remote', 'git@github.com:owner/name.git'],
  ['a decorator', 'text @Injectable() text'],
  ['a URL without userinfo', 'https://example.com/a?b=c'],
  ['a URL with an @ in its path', 'https://example.com/@scope/name'],
  ['a user without a password', 'ssh://git@example.com/x'],
  ['a masked password', 'postgres://app:***@db/shop'],
  ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'],
  ['a public key', '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----'],
  ['prose on authentication', 'basic authentication is required, bearer authentication too'],
  ['base64 of JSON, which is no token', 'eyJuZXh0IjoxMH0'],
  ['a cursor of a page', '/list?page_token=abcdefghijk'],
  ['a count of tokens', 'prompt_tokens=123456789'],
  ['a placeholder', 'WHERE password=$1 AND token=?'],
  ['a word that a token begins with', 'sk-learn and xoxo-'],
  ['a route', 'POST /users/:id/password'],
  ['prose', 'password: must have eight characters'],
  ['an empty text', ''],
]

describe('findSensitiveText', () => {
  it.each(sensitive)('finds $name', ({ text, kind, found = text }) => {
    const matches = findSensitiveText(text)
    expect(matches.map((match) => [match.kind, text.slice(match.start, match.end)])).toEqual([[kind, found]])
  })

  it.each(harmless)('is silent on %s', (_, text) => {
    expect(findSensitiveText(text)).toEqual([])
  })

  it('gives matches in order and without overlaps', () => {
    const text = `ann@example.com 4111111111111111 Bearer ${JWT} postgres://a:ghp_${A36}@db`
    const matches = findSensitiveText(text)
    expect(matches.map(({ kind }) => kind)).toEqual(['email', 'card-number', 'bearer', 'url-userinfo'])
    for (const [index, { start }] of matches.entries()) expect(start).toBeGreaterThanOrEqual(matches[index - 1]?.end ?? 0)
  })
})

const fragments = fc.oneof(
  fc.constantFrom(
    ...sensitive.map(({ text }) => text),
    ...harmless.map(([, text]) => text),
    '@', '://', 'eyJ', '-----BEGIN ', 'PRIVATE KEY-----', '-----END ', 'Bearer ', '=', '"', ':', '.', '-', ' ', '[REDACTED]', '%40', 'token', 'ghp_',
    'password', '4111', '\\',
  ),
  fc.string({ maxLength: 12 }),
)
const texts = fc.array(fragments, { maxLength: 12 }).map((parts) => parts.join(''))

describe('maskText', () => {
  it.each(sensitive)('takes out $name', ({ text, found = text }) => {
    expect(maskText(text)).not.toContain(found)
    expect(maskText(text)).toContain('[REDACTED]')
  })

  it.each(['…', '”', '，', '。', '\u00a0', '\u200b', '🦊', 'ü', '\ud800', '…。', '-…', '.”', '…logo.png', '…v1.2', '%20', '\\n', '\\"', "'", '»', '?', '/'])(
    'takes out an address before %j, and what follows stays',
    (after) => {
      expect(maskText(`jane.doe@example.com${after}`)).toBe(`[REDACTED]${after}`)
      expect(maskText(`x jane.doe@sub.bücher.example${after} y`)).toBe(`x [REDACTED]${after} y`)
    },
  )

  it('knows domains with letters of all scripts', () => {
    expect(maskText('jane@bücher.example')).toBe('[REDACTED]')
    expect(maskText('jane@例え.jp')).toBe('[REDACTED]')
  })

  it.each(sensitive)('takes out $name behind an escape of JSON or a URL', ({ text, found = text }) => {
    for (const escape of ['\\n', '\\t', '%20', '%0A', '%2C', '%3d']) expect(maskText(`a${escape}${text}${escape}b`)).not.toContain(found)
  })

  it.each(harmless)('leaves %s alone', (_, text) => {
    expect(maskText(text)).toBe(text)
  })

  it('leaves nothing that it would find again', () => {
    fc.assert(fc.property(texts, (text) => maskText(maskText(text)) === maskText(text)), { numRuns: 3000 })
  })

  it('never shows a planted secret, whatever stands around it in words of their own', () => {
    const plants = fc.constantFrom('ghp_' + repeat('Zz9', 12), 'bob.ray@example.org', '4012 8888 8888 1881', 'NL91ABNA0417164300')
    fc.assert(
      fc.property(texts, plants, texts, (before, plant, after) => {
        expect(maskText(`${before} ${plant} ${after}`)).not.toContain(plant)
      }),
      { numRuns: 2000 },
    )
  })

  it('leaves what is no match as it was, in its order', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const rest = findSensitiveText(text).reduceRight((left, { start, end }) => left.slice(0, start) + left.slice(end), text)
        expect(isSubsequence(rest.replaceAll('[REDACTED]', ''), text)).toBe(true)
      }),
    )
  })
})

describe('the work on a text', () => {
  // Counted, not timed: every search must look at each character a bounded number of times, so that ten times the text is
  // about ten times the work. Reads are counted through the only way in which a search can look at a single character.
  it.each([
    ['signs of addresses', 'a@'],
    ['addresses cut short', 'a.b@c.'],
    ['signs of other scripts behind an address', 'a@b.c…d.'],
    ['escapes', '%20\\n4'],
    ['schemes', 'x://'],
    ['schemes and users', 'x://a:b'],
    ['heads of web tokens', 'eyJ'],
    ['heads of web tokens in words', 'eyJabcdefghijk-'],
    ['heads of keys', '-----BEGIN PRIVATE KEY----'],
    ['keys that never end', '-----BEGIN PRIVATE KEY-----'],
    ['digits', '4'],
    ['digits in groups', '4111 '],
    ['heads of account numbers', 'DE89 '],
    ['prefixes of tokens', 'ghp_'],
    ['prefixes of tokens with dashes', 'xoxb-'],
    ['prefixes of keys', 'sk-'],
    ['signs of assignments', '='],
    ['keys of assignments', 'password='],
    ['keys of JSON', '"password":"'],
    ['escaped quotes', '"password":"\\"'],
    ['headers', 'cookie:'],
    ['headers behind blanks', 'cookie: '],
    ['headers with values', 'cookie: a=1 '],
    ['bearer', 'bearer '],
    ['word characters', 'a-'],
  ])('grows as its length does: %s', (_, piece) => {
    const work = (length: number): number => countReads(repeat(piece, Math.ceil(length / piece.length)))
    expect(work(40_000)).toBeLessThan(work(4_000) * 20)
  })
})

/** How many characters the hand-written searches look at. Patterns run in the engine, whose work shows in `RegExp.exec`. */
function countReads(text: string): number {
  // Called with the text as `this` below, and put back at the end.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { charCodeAt, indexOf, lastIndexOf, slice } = String.prototype
  let reads = 0
  String.prototype.charCodeAt = function (this: string, index) {
    reads++
    return charCodeAt.call(this, index)
  }
  String.prototype.indexOf = function (this: string, part, from = 0) {
    const found = indexOf.call(this, part, from)
    reads += (found < 0 ? this.length : found) - from
    return found
  }
  String.prototype.lastIndexOf = function (this: string, part, from = this.length) {
    const found = lastIndexOf.call(this, part, from)
    reads += from - found
    return found
  }
  String.prototype.slice = function (this: string, ...range) {
    const part = slice.apply(this, range)
    reads += part.length
    return part
  }
  try {
    maskText(text)
  } finally {
    String.prototype.charCodeAt = charCodeAt
    Object.assign(String.prototype, { indexOf, lastIndexOf, slice })
  }
  return reads
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0
  for (const char of whole) if (char === part[at]) at++
  return at >= part.length
}
