import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { destinationOf, parsePeer, parseTarget } from '../../../runtime/src/grpc/target.js'

describe('the target of a channel', () => {
  it.each([
    ['orders:50051', 'orders', 50_051],
    ['dns:orders:50051', 'orders', 50_051],
    ['dns:///orders.shop.svc:50051', 'orders.shop.svc', 50_051],
    ['dns://8.8.8.8/api.example.com:443', 'api.example.com', 443],
    ['dns:orders', 'orders', null],
    ['ipv4:10.0.0.1:50051,10.0.0.2:50051', '10.0.0.1', 50_051],
    ['ipv6:[::1]:50051', '::1', 50_051],
    ['[::1]:50051', '::1', 50_051],
    ['dns:::1', '::1', null],
    ['unix:/run/orders.sock', '/run/orders.sock', null],
  ])('%s', (text, address, port) => {
    expect(parseTarget(text)).toMatchObject({ address, port })
  })

  it.each(['xds:///orders', 'consul://orders', ''])('%s names no host', text => {
    expect(parseTarget(text)).toBeNull()
  })

  it('is asked about as an origin over TLS; a socket is never asked about', () => {
    expect(parseTarget('dns:api.example.com:443')?.target).toEqual({ protocol: 'https:', hostname: 'api.example.com', port: null })
    expect(parseTarget('unix:/run/orders.sock')?.target).toBeNull()
  })

  it('behind a proxy is the one that was meant, not the proxy', () => {
    process.env['grpc_proxy'] = 'http://10.0.0.9:3128'
    try {
      const Client = makeGenericClientConstructor({}, 'Orders')
      const client = new Client('payments.example.com:8443', credentials.createInsecure())
      const channel = client.getChannel()
      expect(channel.getTarget()).toContain('10.0.0.9')
      const call = channel.createCall('/a.B/C', Infinity, null, null, null)
      expect(destinationOf({ getPeer: () => call.getPeer(), call } as unknown as Parameters<typeof destinationOf>[0])).toMatchObject({ address: 'payments.example.com', port: 8443 })
      client.close()
    } finally {
      delete process.env['grpc_proxy']
    }
  })
})

describe('the peer of a call', () => {
  it.each([
    ['127.0.0.1:50051', { address: '127.0.0.1', port: 50_051 }],
    ['[::1]:50051', { address: '::1', port: 50_051 }],
    ['::1', { address: '::1', port: null }],
    ['dns:orders:50051', null],
    ['orders:50051', null],
    ['unknown', null],
    ['/run/orders.sock', null],
  ])('%s', (text, peer) => {
    expect(parsePeer(text)).toEqual(peer)
  })
})
