import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { cachedByFile } from '../cache.js'
import { workloads } from './wiring.js'

/** Files that say how a service is started, by kind. All paths are absolute. */
export interface DeploymentFiles {
  readonly dockerfiles: readonly string[]
  readonly compose: readonly string[]
  readonly procfiles: readonly string[]
  readonly pm2: readonly string[]
  readonly shell: readonly string[]
  readonly serverless: readonly string[]
  readonly kubernetes: readonly string[]
}

/** Folders beside a package.json that deployment files are kept in, by habit. Sorted. */
const deploymentFolders = new Set([
  '.docker', '.k8s', '.scripts', 'bin', 'build', 'ci', 'containers', 'deploy', 'deployment', 'deployments', 'docker', 'docker-compose', 'hosting', 'infra', 'infrastructure', 'k8s', 'kube', 'kubernetes',
  'manifests', 'ops', 'scripts',
])
const maxDepth = 7
/** What a manifest says that it describes. */
const workload = new RegExp(`^kind:\\s*["']?(?:${workloads.join('|')})\\b`, 'mu')
/** A folder of this name may hold anything; what is read stays small. */
const maxFiles = 600

/**
 * The deployment files of a folder: those that stand in it, and those of its deployment folders (`docker/`, `bin/`, …).
 * Cached by the times of the folders that were looked at.
 */
export function deploymentFilesIn(dir: string): DeploymentFiles {
  const known = cache.get(dir)
  if (known?.folders.every(([folder, time]) => timeOf(folder) === time)) return known.files
  const folders: [string, number][] = []
  const found = { dockerfiles: [], compose: [], procfiles: [], pm2: [], shell: [], serverless: [], kubernetes: [] } as Mutable
  let count = 0
  const visit = (folder: string, depth: number): void => {
    folders.push([folder, timeOf(folder)])
    for (const entry of entriesOf(folder)) {
      const file = path.join(folder, entry.name)
      if (entry.isDirectory()) {
        if (entry.name === 'node_modules' || entry.name === '.git' || depth >= maxDepth) continue
        if (depth > 0 || deploymentFolders.has(entry.name)) visit(file, depth + 1)
      } else if (entry.isFile() && (count += 1) <= maxFiles) {
        const kind = kindOf(entry.name, file, depth)
        if (kind) found[kind].push(file)
      }
    }
  }
  visit(dir, 0)
  cache.set(dir, { folders, files: found })
  return found
}

/** The text of a file, cached; empty when it cannot be read. */
export function textOf(file: string): string {
  return read(file) ?? ''
}

/** A shell script's text: by its extension or its first line; `null` for everything else. */
export function shellScriptAt(file: string): { file: string; text: string } | null {
  if (/\.(?:[cm]?[jt]sx?|json|ya?ml|md)$/u.test(file)) return null
  const text = read(file)
  if (text === null || text === '') return null
  return /\.(?:ba|z)?sh$/u.test(file) || /^#!.*\b(?:ba|da|a|z)?sh\b/u.test(text.slice(0, 100)) ? { file, text } : null
}

type Mutable = { -readonly [Kind in keyof DeploymentFiles]: string[] }

const cache = new Map<string, { folders: readonly (readonly [string, number])[]; files: DeploymentFiles }>()

const read = cachedByFile(file => {
  try {
    return statSync(file).size > 200_000 ? '' : readFileSync(file, 'utf8')
  } catch {
    return ''
  }
})

function kindOf(name: string, file: string, depth: number): keyof DeploymentFiles | null {
  if (/^(?:.*[.-])?(?:Docker|Container)file(?:[.-].+)?$/iu.test(name) && !/\.(?:dockerignore|md|[jt]s)$/u.test(name)) return 'dockerfiles'
  if (/^(?:docker-)?compose(?:[.-].+)?\.ya?ml$/u.test(name)) return 'compose'
  if (/^Procfile(?:\..+)?$/u.test(name)) return 'procfiles'
  if (/^(?:ecosystem|pm2|processes)(?:[.-].+)?\.(?:c?js|mjs|json|ya?ml)$/u.test(name)) return 'pm2'
  if (/^serverless(?:[.-].+)?\.ya?ml$|^template\.ya?ml$/u.test(name)) return 'serverless'
  if (/\.(?:ba)?sh$/u.test(name)) return 'shell'
  if (/\.ya?ml$/u.test(name)) return (depth > 0 || /deploy|k8s|kube|manifest|pod/iu.test(name)) && workload.test(read(file) ?? '') ? 'kubernetes' : null
  return depth > 0 && !name.includes('.') && shellScriptAt(file) ? 'shell' : null
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function timeOf(folder: string): number {
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
