import { readFileSync } from 'node:fs'
import path from 'node:path'
import { cachedByFile, isFile } from './cache.js'

/**
 * The application of an Nx or Nest workspace that a file belongs to. There one package.json holds many programs, and a
 * `project.json`, or Nest's `nest-cli.json`, says where each begins. Source: nx.dev/reference/project-configuration,
 * "projectType"; docs.nestjs.com/cli/monorepo.
 *
 * @param file absolute
 * @param within the package's folder, which has the workspace's own settings and is not asked itself
 * @returns the application's folder; `null` where nothing below the package's folder calls itself one
 */
export function applicationOf(file: string, within: string): string | null {
  if (!isFile(path.join(within, 'nx.json'))) return nestApplicationOf(file, within)
  for (let dir = path.dirname(file); dir.startsWith(within + path.sep); dir = path.dirname(dir)) {
    const type = projectType(path.join(dir, 'project.json'))
    if (type !== null) return type === 'application' ? dir : null
  }
  return null
}

const projectType = cachedByFile((file): string | null => /"projectType"\s*:\s*"(\w+)"/u.exec(readFileSync(file, 'utf8'))?.[1] ?? null)

function nestApplicationOf(file: string, within: string): string | null {
  const cli = path.join(within, 'nest-cli.json')
  const roots = isFile(cli) ? (nestApplications(cli) ?? []) : []
  return roots.map(root => path.join(within, root)).find(dir => file.startsWith(dir + path.sep)) ?? null
}

/** The folders of the applications that Nest's settings list; a project is one unless it calls itself a library. */
const nestApplications = cachedByFile((file): readonly string[] => {
  try {
    const { projects = {} } = JSON.parse(readFileSync(file, 'utf8')) as { projects?: Record<string, { type?: string; root?: string }> }
    return Object.values(projects).flatMap(({ type, root }) => (type === 'library' || root === undefined || root === '' || root === '.' ? [] : [root]))
  } catch {
    return []
  }
})
