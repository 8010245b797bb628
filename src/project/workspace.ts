import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { globSync } from 'tinyglobby'
import { packageIn, type Package } from './package-json.js'
import { versionOf } from './cache.js'

/** A repository with the packages that stand in it. */
export interface Workspace {
  readonly root: string
  readonly packages: readonly Package[]
}

/** How far up a repository's root is looked for when nothing marks it. */
const maxClimb = 5

/**
 * The folders from `dir` up to the repository's root: the nearest folder with `.git` or a workspace file. Without such
 * a mark at most five folders are climbed, and never to the file system's root.
 */
export function foldersUp(dir: string): string[] {
  const folders: string[] = []
  let marked = -1
  for (let at = dir; path.dirname(at) !== at; at = path.dirname(at)) {
    folders.push(at)
    if (existsSync(path.join(at, '.git'))) return folders
    if (isWorkspaceRoot(at)) marked = folders.length
  }
  return folders.slice(0, marked === -1 ? maxClimb : marked)
}

/** The folder that a repository's paths are relative to: the nearest with `.git`, else the workspace's, else the folder itself. */
export function repositoryOf(dir: string): string {
  return foldersUp(dir).find(folder => existsSync(path.join(folder, '.git'))) ?? findWorkspace(dir).root
}

/** The workspace that a folder stands in; without one the nearest package alone. Cached by the files that declare it. */
export function findWorkspace(dir: string): Workspace {
  const root = foldersUp(dir).find(isWorkspaceRoot) ?? dir
  const version = [versionOf(path.join(root, 'package.json')), versionOf(path.join(root, 'pnpm-workspace.yaml'))].join()
  const known = cache.get(root)
  if (known?.version === version) return memberOf(known.workspace, dir)
  const own = packageIn(root)
  const globs = workspaceGlobs(root)
  const files = globs.length === 0 ? [] : globSync(globs.map(toPackageGlob), {
    cwd: root, absolute: true, ignore: ['**/node_modules/**'], followSymbolicLinks: false,
  })
  const packages = [...(own ? [own] : []), ...files.toSorted().flatMap(file => packageIn(path.dirname(file)) ?? [])]
  const workspace = { root, packages: [...new Map(packages.map(pkg => [pkg.dir, pkg])).values()] }
  cache.set(root, { version, workspace })
  return memberOf(workspace, dir)
}

/** A package below a workspace's root that its globs leave out (an example, a fixture) stands for itself. */
function memberOf(workspace: Workspace, dir: string): Workspace {
  if (dir === workspace.root) return workspace
  const isMember = workspace.packages.some(pkg => pkg.dir !== workspace.root && (pkg.dir === dir || pkg.dir.startsWith(dir + path.sep) || dir.startsWith(pkg.dir + path.sep)))
  const own = packageIn(dir)
  return isMember || !own ? workspace : { root: dir, packages: [own] }
}

const cache = new Map<string, { version: string; workspace: Workspace }>()

function isWorkspaceRoot(dir: string): boolean {
  return (packageIn(dir)?.workspaces.length ?? 0) > 0 || existsSync(path.join(dir, 'pnpm-workspace.yaml'))
}

function workspaceGlobs(root: string): string[] {
  const globs = [...(packageIn(root)?.workspaces ?? [])]
  const pnpm = path.join(root, 'pnpm-workspace.yaml')
  if (existsSync(pnpm)) {
    // Only the list below `packages:` is needed, which pnpm itself writes one entry a line.
    const block = /^packages:\s*\n((?:[ \t]*(?:-[^\n]*|#[^\n]*)?\n?)*)/mu.exec(readFileSync(pnpm, 'utf8'))?.[1] ?? ''
    for (const match of block.matchAll(/^[ \t]*-[ \t]*["']?([^"'#\n]+?)["']?[ \t]*(?:#.*)?$/gmu)) globs.push(match[1] ?? '')
  }
  return globs.filter(glob => glob !== '')
}

function toPackageGlob(glob: string): string {
  const negated = glob.startsWith('!')
  const plain = (negated ? glob.slice(1) : glob).replace(/^\.\//u, '').replace(/\/$/u, '')
  return `${negated ? '!' : ''}${plain}/package.json`
}
