import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { cachedByFile } from './cache.js'

/** Source: nextjs.org/docs/app/api-reference/config/next-config-js/pageExtensions. */
const defaultExtensions: readonly string[] = ['tsx', 'ts', 'jsx', 'js']
const configNames = ['next.config.js', 'next.config.mjs', 'next.config.ts', 'next.config.mts', 'next.config.cjs']

/**
 * The path of a page, a route or `instrumentation` without the extension by which Next.js knows it: `pages/api/users` of
 * `pages/api/users.api.ts` where next.config says `pageExtensions: ['api.ts']`.
 *
 * @param file absolute; it need not exist
 * @returns `null` for a file that has none of the extensions, and so is none of Next.js' own
 */
export function nextStem(file: string): string | null {
  const own = pageExtensions(file).find(extension => file.endsWith(`.${extension}`))
  return own === undefined ? null : file.slice(0, -own.length - 1)
}

/** Is a file below `pages`, or one called `route`, one of Next.js' own by its extension? */
export function isNextFile(file: string): boolean {
  const stem = nextStem(file)
  return stem !== null && (/[\\/]pages[\\/]/u.test(file) || path.basename(stem) === 'route')
}

/**
 * The extensions that count in the application of a file, the longest first; Next.js' own where no next.config says others, or
 * says them in another way than as a list of texts.
 */
export function pageExtensions(file: string): readonly string[] {
  for (let dir = path.dirname(file); ; dir = path.dirname(dir)) {
    for (const name of configNames) {
      const own = read(path.join(dir, name))
      if (own) return own.extensions ?? defaultExtensions
    }
    if (path.dirname(dir) === dir) return defaultExtensions
  }
}

/**
 * The folder that holds `pages` or `app`: the one of the project comes before the one of `src`, which is not looked at then.
 * Source: `findPagesDir` of Next.js 15.
 *
 * @param dir absolute: the application's
 * @returns `null` when neither place has it
 */
export function nextFolder(dir: string, name: 'app' | 'pages'): string | null {
  return [dir, path.join(dir, 'src')].find(folder => existsSync(path.join(folder, name))) ?? null
}

const read = cachedByFile((file): { extensions: readonly string[] | null } => {
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gmu, '')
  const [, list, next] = /["']?\bpageExtensions["']?\s*[:=]\s*\[([^\]]*)\]\s*(.?)/u.exec(text) ?? []
  // `[…].map(…)` is another list.
  if (list === undefined || next === '.' || !/^(?:\s*(["'`])[\w.-]+\1\s*(?:,|$))*\s*$/u.test(list)) return { extensions: null }
  const extensions = [...list.matchAll(/(["'`])([\w.-]+)\1/gu)].map(match => match[2] ?? '')
  return { extensions: extensions.length === 0 ? null : extensions.toSorted((a, b) => b.length - a.length) }
})
