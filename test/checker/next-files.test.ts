import { describe, expect, it } from 'vitest'

import { check } from '../../src/checker/index.js'
import { folder, type Files } from '../cli/project.js'

const pkg = JSON.stringify({ name: 'web', private: true, scripts: { start: 'next start' }, dependencies: { next: '15', '@vercel/otel': '2' } })
const route = `export async function GET() { return Response.json([]) }\n`
const api = `export default function handler(request, response) { response.json([]) }\n`
const hook = `import { registerOTel } from '@vercel/otel'\nexport function register() { registerOTel('web') }\n`

/** The routes that Next.js serves, and how many of them are traced. */
async function routes(files: Files): Promise<string> {
  const { services } = await check({ cwd: folder({ 'package.json': pkg, ...files }) })
  const handlers = services.flatMap((service) => service.handlers)
  return `${handlers.map((handler) => handler.route).sort().join(' ')}, traced ${String(handlers.filter(({ status }) => status === 'traced').length)}`
}

const both: Files = { 'pages/api/users.ts': api, 'pages/api/carts.api.ts': api, 'app/orders/route.ts': route, 'app/stock/route.api.ts': route }

describe('pageExtensions of next.config', () => {
  it.each([
    ['no config: those of Next.js', '', '/api/carts.api /api/users /orders, traced 0'],
    ['one that says nothing of them', 'export default {}', '/api/carts.api /api/users /orders, traced 0'],
    ['its own alone', `export default { pageExtensions: ['api.ts', 'page.tsx'] }`, '/api/carts /stock, traced 0'],
    ['its own and one of Next.js', `export default { "pageExtensions": ["ts", "api.ts"], reactStrictMode: true }`, '/api/carts /api/users /orders /stock, traced 0'],
    ['a commented one', `// pageExtensions: ['api.ts']\nexport default {}`, '/api/carts.api /api/users /orders, traced 0'],
    ['one that is computed is not known', `export default { pageExtensions: ['ts'].map((one) => 'api.' + one) }`, '/api/carts.api /api/users /orders, traced 0'],
    ['one with a spread is not known', `export default { pageExtensions: [...base, 'api.ts'] }`, '/api/carts.api /api/users /orders, traced 0'],
  ])('%s', async (_, config, expected) => {
    expect(await routes({ ...both, ...(config === '' ? {} : { 'next.config.mjs': config }) })).toBe(expected)
  })

  it('leaves out what is no extension of Next.js', async () => {
    expect(await routes({ 'app/orders/route.ts': route, 'app/stock/route.mts': route })).toBe('/orders, traced 0')
  })

  it.each([
    ['instrumentation with one of them is loaded', 'instrumentation.page.ts', 1],
    ['instrumentation with another is not', 'instrumentation.ts', 0],
  ])('%s', async (_, name, traced) => {
    expect(await routes({ 'next.config.js': `module.exports = { pageExtensions: ['page.ts'] }`, 'app/orders/route.page.ts': route, [name]: hook })).toBe(`/orders, traced ${String(traced)}`)
  })
})

describe('app and pages in src', () => {
  const inSrc: Files = { 'src/app/route.ts': route, 'src/app/(shop)/orders/route.ts': route, 'src/pages/api/users.ts': api }

  it('are served, and traced by the instrumentation beside them', async () => {
    expect(await routes({ ...inSrc, 'src/instrumentation.ts': hook })).toBe('/ /api/users /orders, traced 3')
  })

  it('are traced by one of the project, which Turbopack loads', async () => {
    expect(await routes({ ...inSrc, 'instrumentation.ts': hook })).toBe('/ /api/users /orders, traced 3')
  })

  it('are traced by none that stands deeper', async () => {
    expect(await routes({ ...inSrc, 'src/lib/instrumentation.ts': hook })).toBe('/ /api/users /orders, traced 0')
  })

  it('are not looked at beside those of the project', async () => {
    expect(await routes({ ...inSrc, 'app/carts/route.ts': route, 'pages/api/stock.ts': api, 'instrumentation.ts': hook })).toBe('/api/stock /carts, traced 2')
  })
})
