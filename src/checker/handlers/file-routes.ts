import path from 'node:path'
import { nextStem } from '../../project/next-files.js'

/**
 * The route that a file's place gives.
 *
 * @param file absolute path
 * @param framework the descriptor's name
 * @returns `/api/users/[id]` for Next.js' `app/(group)/api/users/[id]/route.ts`, `/orders/$id` for Remix' `app/routes/orders.$id.ts`
 */
export function fileRoute(file: string, framework: string): string {
  const posix = (name: string): string => name.split(path.sep).join('/')
  return framework === 'remix' ? remixRoute(posix(file)) : nextRoute(posix(nextStem(file) ?? file))
}

/** @param posix without the extension */
function nextRoute(posix: string): string {
  const app = /\/app\/(?:(.*)\/)?route$/u.exec(posix)
  if (app) return `/${(app[1] ?? '').split('/').filter(part => part !== '' && !/^\(.*\)$/u.test(part)).join('/')}`
  const pages = /\/pages\/(.*)$/u.exec(posix)?.[1]
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
