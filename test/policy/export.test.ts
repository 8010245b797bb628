import { judgeExportedKey, listExportedKeys, toPolicy } from '@spanguard/policy'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const builtIn = toPolicy({})
const own = toPolicy({ attributes: { allow: ['order.*', 'client.address', 'http.request.header.x', 'url.query', 'tenant.id'], deny: ['order.secret', 'http.route'] } })

/** The lists of DESIGN.md ("The built-in allow-list keeps traces useful in Tempo"), written out. */
const allowed = [
  'http.request.method', 'http.request.method_original', 'http.request.resend_count', 'http.request.body.size', 'http.response.status_code',
  'http.response.body.size', 'http.route', 'url.scheme', 'url.template', 'url.path', 'url.full', 'server.address', 'server.port', 'network.protocol.name',
  'network.protocol.version', 'network.transport', 'network.peer.address', 'network.peer.port', 'user_agent.original', 'peer.service', 'error.type', 'error.stage',
  'exception.type', 'exception.stacktrace', 'db.system.name', 'db.namespace', 'db.operation.name', 'db.operation.batch.size', 'db.collection.name',
  'db.query.summary', 'db.stored_procedure.name', 'db.response.status_code', 'db.response.returned_rows', 'rpc.system.name', 'rpc.method', 'rpc.status_code',
  'messaging.system', 'messaging.operation.name', 'messaging.operation.type', 'messaging.destination.name', 'messaging.destination.template',
  'messaging.destination.partition.id', 'messaging.consumer.group.name', 'messaging.batch.message_count', 'messaging.message.id', 'code.function.name', 'faas.name',
  'faas.trigger', 'faas.coldstart', 'graphql.operation.name', 'graphql.operation.type', 'http.method', 'http.status_code', 'net.peer.name', 'net.peer.port',
  'db.system', 'db.name', 'db.operation', 'db.sql.table', 'rpc.system', 'rpc.service', 'rpc.grpc.status_code', 'enduser.pseudo.id',
]
const allowedOnResource = [
  'service.name', 'service.version', 'service.instance.id', 'deployment.environment.name', 'telemetry.sdk.name', 'process.pid', 'process.runtime.name', 'host.name',
  'host.arch', 'container.id', 'k8s.pod.name', 'k8s.pod.uid', 'k8s.namespace.name', 'cloud.region', 'cloud.account.id',
]
const denied = [
  'url.query', 'client.address', 'client.port', 'db.query.text', 'db.query.parameter.0', 'http.request.header.authorization', 'http.response.header.set-cookie',
  'http.request.body', 'exception.message', 'process.command', 'process.command_line', 'process.command_args', 'enduser.id', 'enduser.role',
]

describe('judgeExportedKey', () => {
  it('lets the built-in list out, masked', () => {
    expect(allowed.filter((key) => judgeExportedKey(key, 'span', builtIn) === 'deny')).toEqual([])
    expect(allowedOnResource.filter((key) => judgeExportedKey(key, 'resource', builtIn) === 'deny')).toEqual([])
  })

  it('keeps in what it denies, also when the policy allows it', () => {
    const greedy = toPolicy({ attributes: { allow: [...denied, 'client.*', 'enduser.*', 'exception.*', 'process.*', 'http.request.header.*'] } })
    for (const policy of [builtIn, greedy]) {
      for (const scope of ['span', 'event', 'link', 'resource'] as const) {
        expect(denied.filter((key) => judgeExportedKey(key, scope, policy) !== 'deny')).toEqual([])
      }
    }
  })

  it.each([
    ['a listed key', 'tenant.id', 'mask'],
    ['a key of a listed namespace', 'order.item.count', 'mask'],
    ['a namespace that begins alike', 'orders.id', 'deny'],
    ['a key that the policy denies within a listed namespace', 'order.secret', 'deny'],
    ['a built-in key that the policy denies', 'http.route', 'deny'],
    ['a key that nobody listed', 'cart.total', 'deny'],
    ['a listed key that is denied by the design', 'client.address', 'deny'],
    ['a conventional key outside the list', 'http.request.size', 'deny'],
  ])('%s', (_, key, verdict) => {
    expect(judgeExportedKey(key, 'span', own)).toBe(verdict)
  })

  it('knows resource keys only on resources', () => {
    expect(judgeExportedKey('host.name', 'span', builtIn)).toBe('deny')
    expect(judgeExportedKey('http.route', 'resource', builtIn)).toBe('deny')
  })

  it('denies whatever is not listed', () => {
    const listed = new Set([...allowed, ...allowedOnResource])
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (key) => {
        fc.pre(!listed.has(key))
        expect(judgeExportedKey(key, 'span', builtIn)).toBe('deny')
      }),
    )
  })
})

describe('listExportedKeys', () => {
  const within = (namespace: string, key: string): boolean => (namespace.includes('*') ? key.startsWith(namespace.slice(0, namespace.indexOf('*'))) : key === namespace)

  it('lists what judgeExportedKey lets out, and nothing else, under any policy', () => {
    const segment = fc.constantFrom('order', 'client', 'http', 'request', 'header', 'enduser', 'pseudo', 'id', 'route', 'db', 'query', 'text')
    const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'))
    const pattern = fc.oneof(key, key.map((each) => `${each}.*`), key.map((each) => `${each}.{a,id}`))
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 5 }), fc.array(pattern, { maxLength: 3 }), fc.array(key, { maxLength: 20 }), (allow, deny, keys) => {
        const policy = toPolicy({ attributes: { allow, deny } })
        const listed = listExportedKeys(policy)
        for (const each of [...keys, ...allowed, ...denied, ...allow, ...deny].filter((one) => !/[*{]/.test(one))) {
          const isListed =
            listed.keys.includes(each) || (listed.patterns.some((one) => within(one, each)) && !listed.except.some((one) => within(one, each)))
          expect(isListed, `${each} under ${JSON.stringify({ allow, deny })}`).toBe(judgeExportedKey(each, 'span', policy) !== 'deny')
        }
      }),
      { numRuns: 500 },
    )
  })
})
