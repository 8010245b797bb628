import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/** The packages that an installation of the runtime brings, itself included, with or without its optional clients. */
export function installedPackages(root: string, withOptional: boolean): readonly string[] {
  const found = new Set<string>()
  const visit = (folder: string): void => {
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest
    if (found.has(manifest.name)) return
    found.add(manifest.name)
    const peers = Object.keys(manifest.peerDependencies ?? {}).filter(name => manifest.peerDependenciesMeta?.[name]?.optional !== true)
    const names = [...Object.keys(manifest.dependencies ?? {}), ...peers, ...(withOptional ? Object.keys(manifest.optionalDependencies ?? {}) : [])]
    for (const name of names) {
      const place = findPackage(name, folder)
      if (place !== null) visit(place)
    }
  }
  visit(root)
  return [...found].sort()
}

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

function findPackage(name: string, from: string): string | null {
  for (const folder of createRequire(path.join(from, 'package.json')).resolve.paths(name) ?? []) {
    try {
      readFileSync(path.join(folder, name, 'package.json'))
      return path.join(folder, name)
    } catch {
      // Further up.
    }
  }
  return null
}
