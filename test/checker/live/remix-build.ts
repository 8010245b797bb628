import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

/**
 * The server build that `react-router build` makes of `app/`: its root and routes in one module, with a manifest. A stand-in of
 * thirty lines for its compiler, which would bring Vite's plugins; the server that loads the result is React Router's own.
 * Source of the shape: `ServerBuild` of react-router 7.
 */
export async function buildRoutes(folder: string): Promise<void> {
  const routesDir = path.join(folder, 'app/routes')
  if (!existsSync(routesDir)) return
  const files = readdirSync(routesDir).map(file => `routes/${file}`)
  const root = existsSync(path.join(folder, 'app/root.tsx')) ? ['root.tsx'] : []
  const all = [...root, ...files].map((file, i) => {
    const id = file.replace(/\.tsx?$/u, '')
    const route = id === 'root' ? { id, path: '' } : { id, parentId: 'root', path: pathOf(id.slice('routes/'.length)) }
    return { file, name: `route${String(i)}`, route }
  })
  const lacking = root.length === 0 ? "root: { id: 'root', path: '', module: {} }," : ''
  const entry = `
    ${all.map(({ file, name }) => `import * as ${name} from './app/${file}'`).join('\n')}
    export const routes = { ${lacking} ${all.map(({ name, route }) => `${JSON.stringify(route.id)}: { ...${JSON.stringify(route)}, module: ${name} }`).join(',')} }
    export const entry = { module: { default: (request, status, headers) => new Response('page', { status, headers }) } }
    const manifest = Object.fromEntries(Object.values(routes).map(({ module, ...route }) => [route.id, { ...route, module: '', hasLoader: 'loader' in module, hasAction: 'action' in module, hasErrorBoundary: false }]))
    export const assets = { entry: { module: '', imports: [] }, routes: manifest, url: '/manifest.js', version: '1' }
    export const routeDiscovery = { mode: 'initial', manifestPath: '/__manifest' }
    export const [publicPath, assetsBuildDirectory, basename, future, isSpaMode, ssr, prerender] = ['/', 'build/client', '/', {}, false, true, []]
  `
  await build({
    stdin: { contents: entry, resolveDir: folder, loader: 'js' },
    outfile: path.join(folder, 'build/server/index.js'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  })
}

/** `_app.settings` is `settings`, `orders.$id` is `orders/:id`. */
function pathOf(name: string): string {
  return name.split('.').filter(part => !part.startsWith('_')).map(part => part.replace(/^\$/u, ':')).join('/')
}
