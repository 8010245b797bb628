import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { isFile } from '../../project/cache.js'
import { getPackage, type Package } from '../../project/package-json.js'
import { sourceOf } from '../../project/source-path.js'
import type { Tsconfig } from './tsconfig.js'

/** Finds the file that an import names, `null` for what stands outside the checked program. */
export type ModuleResolver = (specifier: string, from: string) => string | null

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts']
/** TypeScript's rule: an import of `x.js` may mean `x.ts`. */
const written: Readonly<Record<string, readonly string[]>> = {
  '.cjs': ['.cts', '.cjs'], '.js': ['.ts', '.tsx', '.js', '.jsx'], '.jsx': ['.tsx', '.jsx'], '.mjs': ['.mts', '.mjs'],
}

/**
 * A resolver over the checked files alone: relative paths, `paths` and `baseUrl` of the nearest tsconfig, `imports` of
 * package.json, and the workspace's packages by name, each led to its source. Installed packages are not opened, but for
 * `@opentelemetry/*`, whose types come from the project's node_modules, else from the checker's own.
 */
export function createResolver(files: ReadonlySet<string>, tsconfigs: readonly Tsconfig[], packages: readonly Package[]): ModuleResolver {
  const byFolder = new Map(tsconfigs.map(tsconfig => [path.dirname(tsconfig.file), tsconfig]))
  const nearest = new Map<string, Tsconfig | null>()
  const byName = new Map(packages.filter(pkg => pkg.name !== '').map(pkg => [pkg.name, pkg]))
  const known = new Map<string, string | null>()

  return (specifier, from) => {
    const key = `${path.dirname(from)}\0${specifier}`
    const cached = known.get(key)
    if (cached !== undefined) return cached
    const found = find(specifier, from)
    known.set(key, found)
    return found
  }

  function find(specifier: string, from: string): string | null {
    const plain = specifier.replace(/[?#].*$/u, match => (specifier.startsWith('#') ? match : ''))
    if (plain.startsWith('.') || plain.startsWith('/')) return inProgram(path.resolve(path.dirname(from), plain)) ?? besideDeclarations(plain, from)
    return byPaths(plain, from) ?? (plain.startsWith('#') ? byImports(plain, from) : byWorkspace(plain)) ?? typesOf(plain, from)
  }

  function inProgram(target: string): string | null {
    if (files.has(target)) return target
    const extension = path.extname(target)
    const stem = target.slice(0, target.length - extension.length)
    for (const other of written[extension] ?? []) if (files.has(stem + other)) return stem + other
    for (const other of extensions) if (files.has(target + other)) return target + other
    for (const other of extensions) {
      const index = path.join(target, `index${other}`)
      if (files.has(index)) return index
    }
    return null
  }

  function byPaths(specifier: string, from: string): string | null {
    const tsconfig = nearestTsconfig(path.dirname(from))
    if (!tsconfig) return null
    for (const [pattern, targets] of Object.entries(tsconfig.paths)) {
      const star = pattern.indexOf('*')
      const matches = star === -1 ? specifier === pattern
        : specifier.length >= pattern.length - 1 && specifier.startsWith(pattern.slice(0, star)) && specifier.endsWith(pattern.slice(star + 1))
      if (!matches) continue
      const middle = star === -1 ? '' : specifier.slice(star, specifier.length - (pattern.length - star - 1))
      for (const target of targets) {
        const file = path.resolve(tsconfig.pathsBase, target.replace('*', middle))
        const found = inProgram(file) ?? sourceInProgram(file)
        if (found !== null) return found
      }
    }
    return tsconfig.baseUrl === null ? null : inProgram(path.resolve(tsconfig.baseUrl, specifier))
  }

  function byImports(specifier: string, from: string): string | null {
    const pkg = getPackage(from)
    if (!pkg) return null
    const target = matchExports(readField(pkg, 'imports'), specifier)
    return target === null ? null : target.startsWith('.') ? sourceInProgram(path.join(pkg.dir, target)) : byWorkspace(target)
  }

  function byWorkspace(specifier: string): string | null {
    const name = /^(?:@[^/]+\/)?[^/]+/u.exec(specifier)?.[0] ?? specifier
    const pkg = byName.get(name)
    if (!pkg) return null
    const subpath = `.${specifier.slice(name.length)}`
    const target = matchExports(readField(pkg, 'exports'), subpath)
    const direct = target === null ? null : sourceInProgram(path.join(pkg.dir, target))
    if (direct !== null) return direct
    if (subpath !== '.') return inProgram(path.join(pkg.dir, subpath)) ?? inProgram(path.join(pkg.dir, 'src', subpath)) ?? sourceInProgram(path.join(pkg.dir, subpath))
    const main = pkg.main === null ? null : sourceInProgram(path.join(pkg.dir, pkg.main))
    return main ?? inProgram(path.join(pkg.dir, 'src')) ?? inProgram(pkg.dir)
  }

  function sourceInProgram(file: string): string | null {
    const source = sourceOf(file, getPackage(file)?.dir ?? path.dirname(file))
    return source !== null && files.has(source) ? source : inProgram(file)
  }

  function nearestTsconfig(dir: string): Tsconfig | null {
    const cached = nearest.get(dir)
    if (cached !== undefined) return cached
    const parent = path.dirname(dir)
    const found = byFolder.get(dir) ?? (parent === dir ? null : nearestTsconfig(parent))
    nearest.set(dir, found)
    return found
  }
}

/** Conditions in the order in which they lead to a source: a repository's own packages often name theirs. */
const conditions = ['source', 'development', 'bun', 'types', 'node', 'import', 'module', 'require', 'default']

function matchExports(field: unknown, subpath: string): string | null {
  if (typeof field === 'string') return subpath === '.' ? field : null
  if (!isRecord(field)) return null
  const keys = Object.keys(field)
  if (!keys.some(key => key.startsWith('.') || key.startsWith('#'))) return subpath === '.' ? targetOf(field, '') : null
  if (field[subpath] !== undefined) return targetOf(field[subpath], '')
  for (const key of keys) {
    const star = key.indexOf('*')
    if (star !== -1 && subpath.startsWith(key.slice(0, star)) && subpath.endsWith(key.slice(star + 1))) {
      return targetOf(field[key], subpath.slice(star, subpath.length - (key.length - star - 1)))
    }
  }
  return null
}

function targetOf(target: unknown, star: string): string | null {
  if (typeof target === 'string') return target.replaceAll('*', star)
  if (Array.isArray(target)) return target.map(one => targetOf(one, star)).find(one => one !== null) ?? null
  if (!isRecord(target)) return null
  const names = Object.keys(target)
  // A condition named after the repository itself (`@acme/source`) leads to sources too.
  const ordered = [...names.filter(name => name.startsWith('@')), ...conditions.filter(name => names.includes(name))]
  for (const name of ordered) {
    const found = targetOf(target[name], star)
    if (found !== null) return found
  }
  return null
}

function readField(pkg: Package, name: string): unknown {
  const json = JSON.parse(readFileSync(pkg.path, 'utf8').replace(/^\uFEFF/u, '')) as unknown
  return isRecord(json) ? json[name] : undefined
}

const ownRequire = createRequire(import.meta.url)

/** The declaration file of `@opentelemetry/api`, from the project when it is installed there, else from here. */
function typesOf(specifier: string, from: string): string | null {
  if (specifier !== '@opentelemetry/api') return null
  for (let dir = path.dirname(from); path.dirname(dir) !== dir; dir = path.dirname(dir)) {
    const file = path.join(dir, 'node_modules/@opentelemetry/api/build/src/index.d.ts')
    if (isFile(file)) return file
  }
  try {
    return path.join(path.dirname(ownRequire.resolve('@opentelemetry/api/package.json')), 'build/src/index.d.ts')
  } catch {
    return null
  }
}

/** Within the API's own declaration files, which are no files of the program: `./trace/span`. */
function besideDeclarations(specifier: string, from: string): string | null {
  if (!from.endsWith('.d.ts') || !from.split(path.sep).join('/').includes('/@opentelemetry/api/')) return null
  const target = path.resolve(path.dirname(from), specifier).replace(/\.js$/u, '')
  return [`${target}.d.ts`, path.join(target, 'index.d.ts')].find(file => isFile(file)) ?? null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
