import { chmodSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { UsageError } from '../checker/problem.js'

/** A reader never sees half a report, and an interrupted run leaves the old one. */
export function writeAtomically(file: string, text: string): void {
  writeAllAtomically([{ path: file, text }])
}

/** Writes files beside their places first, so that a full disk or a missing right is met before any of them has changed. */
export function writeAllAtomically(files: readonly { readonly path: string; readonly text: string }[]): void {
  const parts = files.map(file => ({ ...file, part: `${file.path}.${String(process.pid)}.part` }))
  let at = ''
  try {
    for (const { path, part, text } of parts) {
      at = path
      writeFileSync(part, text)
      const mode = statSync(path, { throwIfNoEntry: false })?.mode
      if (mode !== undefined) chmodSync(part, mode)
    }
    for (const { path, part } of parts) {
      at = path
      renameSync(part, path)
    }
  } catch (error) {
    for (const { part } of parts) if (statSync(part, { throwIfNoEntry: false })?.isFile()) rmSync(part, { force: true })
    const reason = error instanceof Error ? error.message.replace(/,.*$/su, '') : String(error)
    throw new UsageError(`${at} cannot be written (${reason}): name a file in a folder that exists and may be written to.`)
  }
}
