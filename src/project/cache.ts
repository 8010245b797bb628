import { statSync } from 'node:fs'

/**
 * A cache of what was read from a file, keyed by path, modification time and size, so that a long-lived editor never
 * gets a stale answer. `null` is an answer too: the file does not exist.
 *
 * @param read Turns an existing file into its value; called once per version of the file. What it throws is thrown to
 *   the caller and not cached.
 * @returns `(file) => value`, `null` where there is no such file.
 */
export function cachedByFile<T>(read: (file: string) => T): (file: string) => T | null {
  const entries = new Map<string, { readonly version: string; readonly value: T }>()
  return file => {
    const version = versionOf(file)
    if (version === null) {
      entries.delete(file)
      return null
    }
    const known = entries.get(file)
    if (known?.version === version) return known.value
    const value = read(file)
    entries.set(file, { version, value })
    return value
  }
}

let looks: Map<string, string | null> | null = null

/**
 * Runs a task during which a file that was looked at is taken to stay as it is: a check of a whole program asks for the same
 * package.json some ten thousand times. What lives on, as an editor does, must not.
 */
export function lookingOnce<T>(task: () => T): T {
  const before = looks
  looks = before ?? new Map()
  try {
    return task()
  } finally {
    looks = before
  }
}

/** `mtime:size` of a regular file, `null` when there is none (or it cannot be looked at). */
export function versionOf(file: string): string | null {
  if (looks === null) return lookAt(file)
  const known = looks.get(file)
  if (known !== undefined) return known
  const version = lookAt(file)
  looks.set(file, version)
  return version
}

function lookAt(file: string): string | null {
  try {
    const stats = statSync(file, { throwIfNoEntry: false })
    return stats?.isFile() ? `${String(stats.mtimeMs)}:${String(stats.size)}` : null
  } catch {
    return null
  }
}

/** Is there a regular file? A path through a file (`a.css/index.ts`) is no error. */
export function isFile(file: string): boolean {
  return versionOf(file) !== null
}
