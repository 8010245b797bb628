import path from 'node:path'

/**
 * The route that a file's place gives.
 *
 * @param file absolute path
 * @param framework the descriptor's name
 * @returns `/api/users/[id]` for Next.js' `app/(group)/api/users/[id]/route.ts`, `/orders/$id` for Remix' `app/routes/orders.$id.ts`
 */
export function fileRoute(file: string, framework: string): string {
  const posix = file.split(path.sep).join('/')
  return framework === 'remix' ? remixRoute(posix) : nextRoute(posix)
}

function nextRoute(posix: string): string {
  const app = /\/app\/(.*)\/route\.\w+$/u.exec(posix)?.[1]
  if (app !== undefined) return `/${app.split('/').filter(part => !/^\(.*\)$/u.test(part)).join('/')}`
  const pages = /\/pages\/(.*)\.\w+$/u.exec(posix)?.[1]
  return pages === undefined ? '/' : `/${pages.replace(/\/index$/u, '')}`
}

/** Flat names and folders alike; `_layout` parts and a trailing `_` are no part of the path. Source: remix.run/docs/file-conventions/routes. */
function remixRoute(posix: string): string {
  const own = /\/app\/routes\/(.*)\.\w+$/u.exec(posix)?.[1]
  if (own === undefined) return '/'
  const plain = own.replace(/\/(?:index|route)$/u, '')
  const parts = plain.split(/[./](?![^[]*\])/u).filter(part => part !== '' && !part.startsWith('_') && part !== 'index')
  return `/${parts.map(part => part.replace(/_$/u, '').replaceAll(/\[([^\]]*)\]/gu, '$1')).join('/')}`
}
