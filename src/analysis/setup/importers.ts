import { readFileSync } from 'node:fs'
import path from 'node:path'

import { getPackage } from '../../project/package-json.js'
import { cachedByFile } from '../../project/cache.js'
import { listSources } from '../../project/sources.js'

/** More files than a service has; beyond it nobody waits for an answer. */
const FILES_LIMIT = 5_000
const SOURCE = /\.[cm]?[jt]sx?$/

/**
 * Is an exported provider shown to be ended by nobody? True only where the package is an application (it exports nothing),
 * files of it import the provider by name, and none of them does with it what could end it. Looks at the sources around a
 * file that registers and exports a provider, which a program has one of.
 *
 * @param names what the file exports the provider as
 * @param file absolute path of the file that exports it
 */
export function isUsedUnended(names: readonly string[], file: string): boolean {
  try {
    return searchPackage(names, file)
  } catch {
    // A folder that cannot be read shows nothing.
    return false
  }
}

function searchPackage(names: readonly string[], file: string): boolean {
  const pkg = getPackage(file)
  if (pkg === null || names.includes('default') || pkg.main !== null || isLibrary(pkg.path) !== false) return false
  const module = getModuleName(file)
  let importers = 0
  for (const source of listSources(pkg.dir, FILES_LIMIT) ?? []) {
    if (source === file || !SOURCE.test(source)) continue
    const text = readText(source)
    const imports = text === null ? null : findImports(text, module, names)
    if (imports === null) continue
    if (imports === 'opaque') return false
    importers += imports
  }
  return importers > 0
}

/** The last segment that an import of the file has: its name, or its folder's for an index. */
function getModuleName(file: string): string {
  const name = path.basename(file).replace(SOURCE, '')
  return name === 'index' ? path.basename(path.dirname(file)) : name
}

const isLibrary = cachedByFile((file) => {
  const json = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')) as Record<string, unknown>
  return json['private'] !== true || ['bin', 'exports', 'module', 'types'].some((key) => json[key] !== undefined)
})

const readText = cachedByFile((file) => readFileSync(file, 'utf8'))

/**
 * How a file takes the provider from the module: null when it does not, the number of its imports when it only makes
 * tracers of it, `opaque` when it may do anything.
 */
function findImports(text: string, module: string, names: readonly string[]): number | 'opaque' | null {
  if (!text.includes(module)) return null
  const escaped = module.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const from = `['"][^'"\\n]*(?:^|/|(?<=['"]))${escaped}(?:\\.[cm]?[jt]sx?)?['"]`
  if (new RegExp(`(?:\\*(?:\\s+as\\s+\\w+)?\\s+from|\\b(?:require|import)\\()\\s*${from}`).test(text)) return 'opaque'
  let found = 0
  for (const [, keyword, specifiers = ''] of text.matchAll(new RegExp(`\\b(import|export)\\s+(?:type\\s+)?(?:\\w+\\s*,\\s*)?\\{([^}]*)\\}\\s*from\\s*${from}`, 'g'))) {
    for (const specifier of specifiers.split(',')) {
      const [imported = '', local = imported] = specifier.trim().replace(/^type\s+/, '').split(/\s+as\s+/)
      if (!names.includes(imported)) continue
      if (keyword === 'export' || !isOnlyForTracers(text, local)) return 'opaque'
      found++
    }
  }
  return found === 0 ? null : found
}

/** Is every mention of a name its import, or a call of a method that makes a tracer? */
function isOnlyForTracers(text: string, name: string): boolean {
  const mentions = text.match(new RegExp(`\\b${name}\\b(?!\\s*:)`, 'g'))?.length ?? 0
  const tracers = text.match(new RegExp(`\\b${name}\\s*\\.\\s*getTracer\\b`, 'g'))?.length ?? 0
  return mentions === tracers + 1
}
