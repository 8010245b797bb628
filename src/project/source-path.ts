import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { cachedByFile, isFile } from './cache.js'
import { packageIn } from './package-json.js'

/** Folders that builds write to, by habit. Sorted. */
const outputFolders = ['.build', '.output', 'build', 'bundle', 'dist', 'lib', 'out', 'output', 'target']

/** What a build makes `x.js` of: tried in this order. */
const sourceExtensions: Readonly<Record<string, readonly string[]>> = {
  '': ['.ts', '.js', '.mts', '.cts', '.tsx', '.mjs', '.cjs', '.jsx'],
  '.cjs': ['.cts', '.ts', '.cjs', '.js'],
  '.cts': ['.cts'],
  '.js': ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'],
  '.jsx': ['.tsx', '.jsx'],
  '.mjs': ['.mts', '.ts', '.mjs', '.js'],
  '.mts': ['.mts'],
  '.ts': ['.ts'],
  '.tsx': ['.tsx'],
}

/**
 * The source file behind a path that a command names: the file itself, or what a build makes it from
 * (`dist/server.js` → `src/server.ts`).
 *
 * @param file absolute
 * @param dir the package's folder, in which sources are looked for
 * @returns `null` when no such source exists.
 */
export function sourceOf(file: string, dir: string): string | null {
  const relative = path.relative(dir, file)
  if (relative.startsWith('..') || path.isAbsolute(relative)) return existing(file)
  // `node .` runs what the package calls its main file.
  const main = relative === '' ? packageIn(dir)?.main : null
  if (main !== null && main !== undefined) return sourceOf(path.join(dir, main), dir) ?? existing(file)
  const segments = relative.split(path.sep)
  const output = declaredOutput(dir)
  const starts: string[] = []
  if (output && (relative === output.to || relative.startsWith(output.to + path.sep))) {
    const rest = path.relative(output.to, relative)
    starts.push(path.join(dir, output.from, rest), path.join(dir, 'src', rest), path.join(dir, rest))
  }
  if (segments.length > 1 && outputFolders.includes(segments[0] ?? '')) {
    const rest = segments.slice(1).join(path.sep)
    starts.push(path.join(dir, 'src', rest), path.join(dir, rest))
    // A workspace of several programs: dist/apps/orders/main.js of apps/orders/src/main.ts
    if (segments.length > 2) starts.push(path.join(dir, path.dirname(rest), 'src', path.basename(rest)))
    // dist/esm/x.js, dist/src/x.js
    if (segments.length > 2) {
      const deeper = segments.slice(2).join(path.sep)
      starts.push(path.join(dir, 'src', deeper), path.join(dir, deeper))
    }
  }
  starts.push(file)
  for (const start of starts) {
    const found = existing(start)
    if (found !== null) return found
  }
  return null
}

/** The file, the file with a source's extension in place of its own, or the folder's index. */
export function existing(file: string): string | null {
  const extension = Object.hasOwn(sourceExtensions, path.extname(file)) ? path.extname(file) : ''
  const stem = extension === '' ? file : file.slice(0, -extension.length)
  for (const candidate of sourceExtensions[extension] ?? []) if (isFile(stem + candidate)) return stem + candidate
  for (const candidate of sourceExtensions[''] ?? []) {
    const index = path.join(file, `index${candidate}`)
    if (isFile(index)) return index
  }
  return null
}

/** `outDir` and `rootDir` of the package's tsconfig, as written there; only plain files without `extends` are asked. */
const readTsconfig = cachedByFile((file): { to: string; from: string } | null => {
  const text = readFileSync(file, 'utf8')
  const setting = (name: string): string | undefined => new RegExp(`^\\s*"${name}"\\s*:\\s*"([^"]+)"`, 'mu').exec(text)?.[1]
  const to = setting('outDir')
  return to === undefined ? null : { to: path.normalize(to).replace(/[\\/]$/u, ''), from: path.normalize(setting('rootDir') ?? '.') }
})

function declaredOutput(dir: string): { to: string; from: string } | null {
  for (const name of ['tsconfig.build.json', 'tsconfig.json']) {
    const file = path.join(dir, name)
    if (existsSync(file)) {
      const output = readTsconfig(file)
      if (output) return output
    }
  }
  return null
}
