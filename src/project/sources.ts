import { readdirSync } from 'node:fs'
import path from 'node:path'

/** Sources, what `bin` folders start without an extension, and scripts of packages. */
const SOURCE = /\.[cm]?[jt]sx?$|^package\.json$/
/** What is built or installed. */
const SKIPPED: ReadonlySet<string> = new Set(['build', 'coverage', 'dist', 'node_modules', 'out', 'public'])

/**
 * The sources in a folder and below it, and the `package.json` files.
 *
 * @returns null where there are more than `limit`
 */
export function listSources(folder: string, limit: number): readonly string[] | null {
  const files: string[] = []
  const pending = [folder]
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    for (const entry of readdirSync(current, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue
      const full = path.join(current, entry.name)
      if (entry.isDirectory()) pending.push(full)
      else if (entry.isFile() && (SOURCE.test(entry.name) || (path.basename(current) === 'bin' && !entry.name.includes('.')))) files.push(full)
      if (files.length > limit) return null
    }
  }
  return files
}
