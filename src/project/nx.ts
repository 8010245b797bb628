import { readFileSync } from 'node:fs'
import path from 'node:path'
import { cachedByFile, isFile } from './cache.js'

/**
 * The application of an Nx workspace that a file belongs to. There one package.json holds many programs, and a `project.json`
 * says where each begins. Source: nx.dev/reference/project-configuration, "projectType".
 *
 * @param file absolute
 * @param within the package's folder, which has Nx's own settings and is not asked itself
 * @returns the application's folder; `null` where no `project.json` below the package's folder calls itself one
 */
export function applicationOf(file: string, within: string): string | null {
  if (!isFile(path.join(within, 'nx.json'))) return null
  for (let dir = path.dirname(file); dir.startsWith(within + path.sep); dir = path.dirname(dir)) {
    const type = projectType(path.join(dir, 'project.json'))
    if (type !== null) return type === 'application' ? dir : null
  }
  return null
}

const projectType = cachedByFile((file): string | null => /"projectType"\s*:\s*"(\w+)"/u.exec(readFileSync(file, 'utf8'))?.[1] ?? null)
