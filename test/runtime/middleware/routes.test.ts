import type { KoaContext } from '@spanguard/runtime/koa'
import Router from '@koa/router'
import { serve } from '@hono/node-server'
import { expressTracing } from '@spanguard/runtime/express'
import { honoTracing } from '@spanguard/runtime/hono'
import { koaTracing } from '@spanguard/runtime/koa'
import type Express from 'express'
import { Hono } from 'hono'
import Koa from 'koa'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { getMountPattern } from '../../../runtime/src/express/mounts.js'
import { getHonoRoute } from '../../../runtime/src/hono/route.js'
import { getKoaRoute } from '../../../runtime/src/koa/route.js'
import { joinRoute, routeMatches } from '../../../runtime/src/middleware/route.js'
import { request } from './apps.js'
import { startTracing, type TestTracing } from './tracing.js'

// Aliases, and a package without types.
const require = createRequire(import.meta.url)
const express4 = require('express4') as typeof Express
const express5 = require('express5') as typeof Express
const mount = require('koa-mount') as (prefix: string, app: Koa) => Koa.Middleware

let tracing: TestTracing
beforeAll(async () => {
  tracing = await startTracing()
})
afterAll(() => tracing.stop())

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** The names of the spans of requests to these paths, one after the other. */
async function namesOf(started: Server, ...paths: string[]): Promise<string[]> {
  server = started
  if (!started.listening) await once(started, 'listening')
  const { port } = started.address() as AddressInfo
  for (const path of paths) await request(port, path)
  return (await tracing.serverSpans()).map(({ name }) => name)
}

describe.each([
  ['express 4', express4],
  ['express 5', express5],
])('%s', (version, express) => {
  const answer: Express.RequestHandler = (_request, response) => {
    response.end()
  }
  const appWith = (routes: (app: Express.Express) => void): Server => {
    const app = express()
    app.use(expressTracing())
    routes(app)
    return app.listen(0, '127.0.0.1')
  }

  it('names nested mounts by their patterns, whatever the parameters hold', async () => {
    const names = await namesOf(
      appWith(app => {
        const leaf = express.Router()
        leaf.get('/:item', answer)
        leaf.get('/', answer)
        const middle = express.Router()
        middle.use('/carts/:cart', leaf)
        app.use('/v1/shops/:shop', middle)
      }),
      '/v1/shops/carts/carts/carts/carts',
      '/v1/shops/1/carts/2/3?page=4',
      '/v1/shops/a%2Fb/carts/2',
    )
    expect(names).toEqual([
      'GET /v1/shops/:shop/carts/:cart/:item',
      'GET /v1/shops/:shop/carts/:cart/:item',
      'GET /v1/shops/:shop/carts/:cart',
    ])
  })

  it('gives one name to a mount, however the caller writes it', async () => {
    const names = await namesOf(
      appWith(app => {
        const router = express.Router()
        router.get('/list', answer)
        app.use('/orders', router)
      }),
      '/orders/list',
      '/ORDERS/list',
      '/Orders/LIST',
    )
    expect(new Set(names)).toEqual(new Set(['GET /orders/list']))
  })

  it('names a mount of a static prefix at a regular expression a bounded number of times', async () => {
    const names = await namesOf(
      appWith(app => {
        const router = express.Router()
        router.get('/list', answer)
        app.use(/^\/t-\d+/, router)
      }),
      ...Array.from({ length: 40 }, (_, index) => `/t-${index}/list`),
    )
    expect(names).toHaveLength(40)
    expect(new Set(names).size).toBeLessThanOrEqual(33)
  })

  it('chooses the pattern of a list that matched', async () => {
    const names = await namesOf(appWith(app => app.get(['/orders/:id', '/o/:id', /^\/x\d+$/], answer)), '/orders/1', '/o/1', '/x12')
    expect(names).toEqual(['GET /orders/:id', 'GET /o/:id', 'GET /^\\/x\\d+$/'])
  })

  it('names by the route that answers, not by one that passed the request on', async () => {
    const names = await namesOf(
      appWith(app => {
        app.get('/orders/:id', (_request, _response, next) => { next('route') })
        app.get('/orders/special', answer)
        app.all(/.*/, (_request, _response, next) => { next() })
      }),
      '/orders/special',
      '/orders/other',
    )
    expect(names).toEqual(['GET /orders/special', 'GET'])
  })

  it('keeps the name of a route that answers first and passes the request on then', async () => {
    const names = await namesOf(
      appWith(app =>
        app.get('/orders/:id', (_request, response, next) => {
          response.send('ok')
          next()
        }),
      ),
      '/orders/1',
    )
    expect(names).toEqual(['GET /orders/:id'])
  })

  it('names a request by its method when a middleware answered', async () => {
    const names = await namesOf(
      appWith(app => {
        app.use((_request, response) => { response.status(401).end() })
        app.get('/orders/:id', answer)
      }),
      '/orders/1',
    )
    expect(names).toEqual(['GET'])
  })

  it('knows the prefix of a sub-application', async () => {
    const names = await namesOf(
      appWith(app => {
        const sub = express()
        sub.get('/users/:id', answer)
        app.use('/admin/:region', sub)
      }),
      '/admin/eu/users/7',
    )
    expect(names).toEqual(['GET /admin/:region/users/:id'])
  })

  it('is one span when the sub-application is traced, too', async () => {
    const names = await namesOf(
      appWith(app => {
        const sub = express()
        sub.use(expressTracing())
        sub.get('/users/:id', answer)
        app.use('/admin', sub)
      }),
      '/admin/users/7',
    )
    expect(names).toEqual(['GET /admin/users/:id'])
  })

  it.runIf(version === 'express 4')('takes a parameter with a constraint for a parameter', async () => {
    const names = await namesOf(
      appWith(app => {
        const router = express.Router()
        router.get('/list', answer)
        app.use('/orders/:id(\\d+)', router)
      }),
      '/orders/17/list',
    )
    expect(names).toEqual(['GET /orders/:id/list'])
  })
})

describe('mounts of Express 5 that do not tell their pattern (router before 2.3)', () => {
  const layerOf = (pattern: RegExp, names: readonly string[]): object => ({
    matchers: [
      (path: string) => {
        const match = pattern.exec(path)
        return match === null ? false : { path: match[0], params: Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')])) }
      },
    ],
  })

  it.each([
    ['/tenants/acme', '/tenants/:tenant'],
    ['/tenants/tenants', '/tenants/:tenant'],
    ['/tenants/a%20b', '/tenants/:tenant'],
  ])('%s is %s', (path, pattern) => {
    expect(getMountPattern(layerOf(/^\/tenants\/([^/]+)/, ['tenant']), path)).toBe(pattern)
  })

  it('places two parameters that hold the same', () => {
    expect(getMountPattern(layerOf(/^\/a\/([^/]+)\/a\/([^/]+)/, ['one', 'two']), '/a/a/a/a')).toBe('/a/:one/a/:two')
  })

  it('says nothing of a path that it does not match wholly', () => {
    expect(getMountPattern(layerOf(/^\/tenants\/([^/]+)/, ['tenant']), '/tenants/acme/users')).toBeNull()
  })
})

describe('koa', () => {
  const appWith = (routes: (app: Koa) => void): Server => {
    const app = new Koa()
    app.use(koaTracing())
    routes(app)
    return app.listen(0, '127.0.0.1')
  }
  const users = (): Router => new Router().get('/users/:id', ctx => { ctx.body = 'ok' })

  it('knows the prefixes of routers and of mounted apps', async () => {
    const names = await namesOf(
      appWith(app => {
        const inner = new Koa()
        inner.use(users().prefix('/v1').routes())
        const outer = new Koa()
        outer.use(mount('/inner', inner))
        app.use(mount('/outer', outer))
        app.use(mount('/admin', inner))
      }),
      '/outer/inner/v1/users/7',
      '/admin/v1/users/7',
    )
    expect(names).toEqual(['GET /outer/inner/v1/users/:id', 'GET /admin/v1/users/:id'])
  })

  it('does not take a mounted app that passed the request on for its prefix', async () => {
    const names = await namesOf(
      appWith(app => {
        app.use(mount('/users', new Koa()))
        app.use(users().routes())
      }),
      '/users/7',
    )
    expect(names).toEqual(['GET /users/:id'])
  })

  it('names a request whose method no route has by its method', async () => {
    server = appWith(app => { app.use(users().routes()) })
    await once(server, 'listening')
    await request((server.address() as AddressInfo).port, '/users/7', { method: 'DELETE' })
    expect((await tracing.serverSpans()).map(({ name }) => name)).toEqual(['DELETE'])
  })

  it('falls back to what older routers leave', () => {
    const ctx = { method: 'GET', originalUrl: '/users/7', _matchedRoute: '/users/:id' } as unknown as KoaContext
    expect(getKoaRoute(ctx)).toBe('/users/:id')
  })
})

describe('hono', () => {
  const appWith = (routes: (app: Hono) => void): Server => {
    const app = new Hono()
    app.use(honoTracing())
    routes(app)
    return serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
  }

  it('names by the route also where a middleware answered for it', async () => {
    const names = await namesOf(
      appWith(app => {
        app.use('/orders/*', c => Promise.resolve(c.text('no', 401)))
        app.get('/orders/:id', c => c.text('ok'))
      }),
      '/orders/1',
    )
    expect(names).toEqual(['GET /orders/:id'])
  })

  it('takes a handler of all methods for a route', async () => {
    const names = await namesOf(appWith(app => app.all('/proxy/*', c => c.text('ok'))), '/proxy/a/b')
    expect(names).toEqual(['GET /proxy/*'])
  })

  it('takes no middleware for a route', () => {
    const middleware = { path: '/*', method: 'ALL', handler: (_c: unknown, _next: unknown) => undefined }
    expect(getHonoRoute({ matchedRoutes: [middleware] } as never, 200)).toBeUndefined()
  })

  it('is traced without a Node server, too', async () => {
    const app = new Hono()
    app.use(honoTracing())
    app.get('/orders/:id', c => c.text('ok'))
    app.get('/throws', () => {
      throw new RangeError('out of stock')
    })
    app.onError((_error, c) => c.text('failed', 500))
    await app.request('https://shop.example/orders/7?token=abc', { headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } })
    await app.request('/throws')
    const [order, failed] = await tracing.serverSpans()
    expect(order).toMatchObject({
      name: 'GET /orders/:id',
      parentSpanId: 'b7ad6b7169203331',
      attributes: { 'http.response.status_code': 200, 'server.address': 'shop.example', 'url.path': '/orders/7', 'url.scheme': 'https' },
    })
    expect(failed).toMatchObject({ name: 'GET /throws', status: { code: 'ERROR' }, attributes: { 'error.type': 'RangeError' } })
  })
})

describe('joining and matching patterns', () => {
  it.each([
    ['', '/', '/'],
    ['', '/orders', '/orders'],
    ['/v1', '/', '/v1'],
    ['/v1/', '/orders', '/v1/orders'],
    ['/v1', 'orders', '/v1/orders'],
    ['', '*', '*'],
  ])('%j and %j are %j', (prefix, route, joined) => {
    expect(joinRoute(prefix, route)).toBe(joined)
  })

  it.each([
    ['/orders/:id', '/orders/1', true],
    ['/orders/:id', '/orders', false],
    ['/orders/:id?', '/orders', true],
    ['/orders{/:id}', '/orders', true],
    ['/orders/*rest', '/orders/a/b', true],
    ['/orders', '/orders/1', false],
    ['/Orders', '/orders', true],
    ['/', '/', true],
  ])('%j takes %j: %j', (route, path, matches) => {
    expect(routeMatches(route, path)).toBe(matches)
  })
})
