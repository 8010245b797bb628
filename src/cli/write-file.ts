import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { UsageError } from '../checker/problem.js'

/** A reader never sees half a report, and an interrupted run leaves the old one. */
export function writeAtomically(file: string, text: string): void {
  const part = `${file}.${String(process.pid)}.part`
  try {
    writeFileSync(part, text)
    renameSync(part, file)
  } catch (error) {
    rmSync(part, { force: true })
    const reason = error instanceof Error ? error.message.replace(/,.*$/su, '') : String(error)
    throw new UsageError(`${file} cannot be written (${reason}): name a file in a folder that exists and may be written to.`)
  }
}
