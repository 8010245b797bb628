import { readdirSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'

/** A link to sources that stand outside of what is checked. Absolute paths. */
export interface OutwardLink {
  readonly file: string
  readonly target: string
}

/** A folder that a link leads to may hold a disk; a look ends after so many folders. */
const maxFolders = 2_000

/**
 * The links that lead to sources outside of every folder that is checked. One that leads back into them hides nothing, one to a
 * folder above them or to none would go in circles or nowhere.
 *
 * @param links absolute paths of symbolic links
 * @param folders what is checked, absolute
 * @param isSource is a file of this name one that would be checked?
 * @param isIgnored is a folder of this name never looked into?
 */
export function outwardLinks(links: readonly string[], folders: readonly string[], isSource: (name: string) => boolean, isIgnored: (name: string) => boolean): OutwardLink[] {
  const checked = folders.map(folder => realpathSync(folder))
  return links.flatMap(file => {
    if (isIgnored(path.basename(file))) return []
    const target = targetOf(file)
    if (target === null || checked.some(folder => isWithin(target, folder) || isWithin(folder, target))) return []
    // Installed, or built.
    if (target.split(path.sep).includes('node_modules') || isIgnored(path.basename(target))) return []
    const holds = statSync(target).isDirectory() ? holdsSource(target, isSource, isIgnored) : isSource(path.basename(file))
    return holds ? [{ file, target }] : []
  })
}

function targetOf(file: string): string | null {
  try {
    return realpathSync(file)
  } catch {
    return null
  }
}

function isWithin(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)
}

function holdsSource(folder: string, isSource: (name: string) => boolean, isIgnored: (name: string) => boolean): boolean {
  const waiting = [folder]
  for (let count = 0; count < maxFolders; count += 1) {
    const dir = waiting.pop()
    if (dir === undefined) return false
    for (const entry of entriesOf(dir)) {
      if (entry.isFile() && isSource(entry.name)) return true
      if (entry.isDirectory() && !isIgnored(entry.name)) waiting.push(path.join(dir, entry.name))
    }
  }
  return false
}

function entriesOf(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true })
  } catch {
    return []
  }
}
