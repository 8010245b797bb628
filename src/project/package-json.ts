import { readFileSync } from 'node:fs'
import path from 'node:path'
import { cachedByFile } from './cache.js'
import { forAMoment } from './moment.js'

/** What the project needs to know of a package.json. */
export interface Package {
  /** Absolute path of the package.json. */
  readonly path: string
  /** The folder that holds it. */
  readonly dir: string
  /** Empty where the file has no name. */
  readonly name: string
  readonly type: 'module' | 'commonjs'
  /** Every dependency, whatever its kind: dependencies, devDependencies, peerDependencies, optionalDependencies. */
  readonly dependencies: ReadonlySet<string>
  readonly scripts: Readonly<Record<string, string>>
  /** `main` as it is written. */
  readonly main: string | null
  /** It installs a command (`bin`). */
  readonly isCommand: boolean
  /** It is published for others to build on: not private, with an entry and its types or files, and nothing that starts it. */
  readonly isLibrary: boolean
  /** It is published with a list of its files, whatever starts it where it is developed. */
  readonly isPublished: boolean
  /** It runs inside an editor (`engines.vscode`). */
  readonly isExtension: boolean
  /** Workspace globs as written (`workspaces`, or its `packages`). pnpm keeps its own in pnpm-workspace.yaml. */
  readonly workspaces: readonly string[]
}

/**
 * The nearest package.json at or above a file or folder that stands for a package.
 *
 * A file that says nothing but its module type (`{ "type": "module" }` in a subfolder) tells how the files are loaded and
 * not what they depend on, so the package is looked for above it and only its type is taken.
 *
 * @param file Absolute path of a source file (it need not exist).
 * @returns `null` when no folder up to the root has one; a package.json that is no JSON object counts as absent here,
 *   `readPackage` says what is wrong with it.
 */
export function getPackage(file: string): Package | null {
  return packageOf(path.dirname(file)).package
}

const packageOf = forAMoment((folder): { readonly package: Package | null } => {
  let type: Package['type'] | null = null
  let dir = folder
  for (;;) {
    const found = packageIn(dir)
    if (found) {
      if (!isTypeOnly(found)) return { package: type === null || type === found.type ? found : { ...found, type } }
      type ??= found.type
    }
    const parent = path.dirname(dir)
    if (parent === dir) return { package: null }
    dir = parent
  }
})

/** The package.json that stands in this folder, `null` where there is none or it is no JSON object. */
export function packageIn(dir: string): Package | null {
  const result = read(path.join(dir, 'package.json'))
  return result?.ok ? result.package : null
}

/**
 * Reads one package.json.
 *
 * @returns the package, or one sentence that says why it could not be read; `null` where there is no such file.
 */
export function readPackage(file: string): { ok: true; package: Package } | { ok: false; problem: string } | null {
  return read(file)
}

const read = cachedByFile((file): { ok: true; package: Package } | { ok: false; problem: string } => {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/u, ''))
  } catch (error) {
    return { ok: false, problem: `${file} is no valid JSON (${error instanceof Error ? error.message : String(error)})` }
  }
  if (!isRecord(json)) return { ok: false, problem: `${file} holds no JSON object` }
  return { ok: true, package: toPackage(file, json) }
})

function toPackage(file: string, json: Record<string, unknown>): Package {
  const dependencies = new Set<string>()
  for (const kind of ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']) {
    const block = json[kind]
    if (isRecord(block)) for (const name of Object.keys(block)) dependencies.add(name)
  }
  return {
    path: file,
    dir: path.dirname(file),
    name: typeof json['name'] === 'string' ? json['name'] : '',
    type: json['type'] === 'module' ? 'module' : 'commonjs',
    dependencies,
    scripts: strings(json['scripts']),
    main: typeof json['main'] === 'string' ? json['main'] : null,
    isCommand: typeof json['bin'] === 'string' || (isRecord(json['bin']) && Object.keys(json['bin']).length > 0),
    isLibrary: isLibrary(json),
    isPublished: isLibrary(json) || (Array.isArray(json['files']) && isLibrary({ ...json, scripts: {} })),
    isExtension: isRecord(json['engines']) && json['engines']['vscode'] !== undefined,
    workspaces: workspaceGlobs(json['workspaces']),
  }
}

/** Commands that bring functions and services to a platform. */
const DEPLOYS = /\b(?:aws lambda update-function-code|(?:cdk|sam|serverless|sls|wrangler) deploy|gcloud (?:functions|run) deploy|func azure functionapp publish)\b/

/**
 * `npm init` writes a name and a `main` for everybody: what is published says a little more. A root of workspaces is none: most of
 * what stands in it (examples, scripts, docs) nobody installs.
 */
function isLibrary(json: Record<string, unknown>): boolean {
  if (json['private'] === true || json['workspaces'] !== undefined || typeof json['name'] !== 'string' || isRun(strings(json['scripts']))) return false
  // `bun init` writes the program itself there, a source, which no bundler of somebody else's could take.
  const isProgram = typeof json['module'] === 'string' && /\.[cm]?tsx?$/.test(json['module'])
  const says = (field: string): boolean => json[field] !== undefined && !(field === 'module' && isProgram)
  return ['exports', 'main', 'module'].some(says) && ['exports', 'files', 'module', 'publishConfig', 'types', 'typings'].some(says)
}

/** Something starts it, or brings it to a platform that does. */
function isRun(scripts: Readonly<Record<string, string>>): boolean {
  return scripts['start'] !== undefined || Object.values(scripts).some((script) => DEPLOYS.test(script))
}

function isTypeOnly(pkg: Package): boolean {
  return pkg.name === '' && pkg.dependencies.size === 0 && Object.keys(pkg.scripts).length === 0
    && pkg.workspaces.length === 0
}

function strings(value: unknown): Record<string, string> {
  const result: Record<string, string> = {}
  if (isRecord(value)) {
    for (const [key, entry] of Object.entries(value)) if (typeof entry === 'string') result[key] = entry
  }
  return result
}

function workspaceGlobs(value: unknown): string[] {
  const globs = isRecord(value) ? value['packages'] : value
  return Array.isArray(globs) ? globs.filter(glob => typeof glob === 'string') : []
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
