import { spawnSync } from 'node:child_process'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { builtInPolicy, classifyName, splitName, toPolicy } from '@spanguard/policy'

describe('splitName', () => {
  it.each([
    ['user.first_name', ['user', 'first', 'name']],
    ['x-api-key', ['x', 'api', 'key']],
    ['$userId', ['user', 'id']],
    ['userAPIKey', ['user', 'api', 'key']],
    ['HTTPServer', ['http', 'server']],
    ['MAX_RETRIES', ['max', 'retries']],
    ['oauth2Token', ['oauth', '2', 'token']],
    ['', []],
    ['größeInMeter', ['größe', 'in', 'meter']],
    ['...', []],
  ])('%s', (name, words) => {
    expect(splitName(name)).toEqual(words)
  })

  it('loses no letter', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9._$-]{0,30}$/), (name) => {
        expect(splitName(name).join('')).toBe(name.replace(/[._$-]/g, '').toLowerCase())
      }),
    )
  })
})

describe('names that are kept', () => {
  it('do not keep the texts that they were cut out of', () => {
    const script = `
      import { splitName } from '@spanguard/policy'
      const start = used()
      for (let file = 0; file < 200; file++) splitName(('x'.repeat(99_950) + '_a_name_of_the_file_' + file).split('').reverse().reverse().join('').slice(99_950))
      console.log((used() - start) / 2 ** 20)
      function used() {
        gc()
        return process.memoryUsage().heapUsed
      }
    `
    const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], { encoding: 'utf8' })
    expect(stderr).toBe('')
    // MiB; the texts are 20.
    expect(Number(stdout)).toBeLessThan(5)
  })
})

describe('classifyName', () => {
  const classOf = (name: string): string | null => classifyName(name, builtInPolicy)?.class ?? null

  it.each([
    ['secret', ['password', 'user.password', 'dbPassword', 'password2', 'passwordRaw', 'API_KEY', 'userAPIKey', 'x-api-key', 'access_token', 'oauth2Token']],
    ['secret', ['http.request.header.authorization', 'req.headers.cookie', 'authorizationHeader', 'session.cookie', 'clientSecret', 'user.pin', 'jwt', 'otp']],
    ['secret', ['process.env.DATABASE_URL', 'STRIPE_SECRET_KEY', 'privateKey', 'connectionString', 'reset_token', 'refreshToken', 'credentials']],
    ['card', ['card_number', 'request.creditCard.number', 'demo.payment.card_cvv', 'cvv', 'cvv2', 'iban', 'account.number', 'pan', 'card.expiry']],
    ['personal', ['email', 'cli.email', 'userEmail', 'ATTR_USER_EMAIL', 'emailLower', 'phone', 'phoneNumber', 'user.name', 'customerName', 'username']],
    ['personal', ['user.profile.displayName', 'first_name', 'lastName', 'fullName', 'date_of_birth', 'shippingAddress', 'recipient.name']],
    ['health', ['diagnosis', 'patient.blood_type', 'medicalRecordNumber', 'patient.id']],
    ['government', ['ssn', 'passport_number', 'taxId', 'user.national_id', 'driversLicense']],
  ])('%s', (expected, names) => {
    expect(names.filter((name) => classOf(name) !== expected)).toEqual([])
  })

  it.each([
    ['a substring is no word', ['author', 'opacity', 'capacity', 'tokenize', 'compass', 'spanner', 'companion', 'mailbox', 'keyboard']],
    ['the name is something else of it', ['passwordHash', 'password_reset', 'tokenId', 'secretArn', 'secret.name', 'tokenBucket', 'cookie.consent', 'apiKeyId']],
    ['it is a property of it', ['card_type', 'card.brand', 'card_last4', 'cvvValid', 'email_verified', 'email.count', 'jwtExpiresAt', 'password.length', 'token.size']],
    ['it is a unit', ['input_tokens', 'gen_ai.usage.output_tokens', 'max_tokens', 'time_to_first_token', 'tokens']],
    ['it is a place in a list', ['page_token', 'nextPageToken', 'continuationToken']],
    ['it is a question', ['isPassword', 'has_token', 'requiresEmail', 'missing_api_key', 'hasCreditCard']],
    ['it is a form that hides it', ['hashed_password', 'masked_card_number', 'user.encrypted_ssn', 'redactedEmail']],
    ['no person is meant', ['mcp.client.name', 'clickhouse.clientName', 'user.team.name', 'queue.name', 'service.name', 'repository.full_name', 'member.name']],
    ['it is an opaque id', ['user.id', 'enduser.id', 'order.id', 'tenant.id', 'session.id']],
    ['it is a gesture or a place', ['map.pin', 'camera.pan', 'address', 'server.address', 'client.address']],
    ['it is a type of the conventions', ['GEN_AI_TOKEN_TYPE_VALUE_INPUT', 'gen_ai.token.type', 'db.user', 'user_agent.original']],
  ])('is silent where %s', (_, names) => {
    expect(names.filter((name) => classOf(name) !== null)).toEqual([])
  })

  it("adds the policy's words, and leaves out what it ignores, as a key or as a term", () => {
    const policy = toPolicy({ attributes: { sensitive: { add: ['loyalty.number', 'steuerId'], ignore: ['mailer.email', 'username'] } } })
    expect(classifyName('customer.loyaltyNumber', policy)).toEqual({ class: 'personal', term: 'loyalty number' })
    expect(classifyName('steuer_id', policy)?.term).toBe('steuer id')
    expect(classifyName('mailer.email', policy)).toBeNull()
    expect(classifyName('user.email', policy)?.term).toBe('email')
    expect(classifyName('slack.username', policy)).toBeNull()
  })
})
