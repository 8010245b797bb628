import type { Config } from '@spanguard/policy'
import { programFrameworks, withDeclared, type FrameworkDescriptor } from '../../frameworks/index.js'

/** The rows of a program's frameworks, of which each holds for the files of its config. */
export interface FrameworkTable {
  readonly all: readonly FrameworkDescriptor[]
  /** Does a row hold in a file? One of a nested config holds for that config's folder, and in place of the one it changes. */
  holds(row: FrameworkDescriptor, file: string): boolean
}

/** @param configOf the config that holds for a file: the nearest wins whole, its rows too */
export function frameworkTable(files: readonly string[], configOf: (file: string) => Config): FrameworkTable {
  const rowsOf = new Map<Config['frameworks'], ReadonlySet<FrameworkDescriptor>>()
  const rows = (file: string): ReadonlySet<FrameworkDescriptor> => {
    const declared = configOf(file).frameworks
    const known = rowsOf.get(declared)
    if (known) return known
    const made = new Set(withDeclared(declared ?? [], programFrameworks))
    rowsOf.set(declared, made)
    return made
  }
  const all = new Set(files.flatMap(file => (rowsOf.has(configOf(file).frameworks) ? [] : [...rows(file)])))
  // One table for all is the usual case, and nothing is to be asked.
  return { all: [...all], holds: rowsOf.size < 2 ? () => true : (row, file) => rows(file).has(row) }
}
