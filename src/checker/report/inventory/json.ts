import type { Inventory, InventoryDiff, InventoryEntry } from '../../inventory/result.js'
import { shownPath } from '../paths.js'

/** The inventory as data; `schema` grows when a field changes its meaning. */
export function inventoryJson({ root, entries, problems }: Inventory, version: string): string {
  return text({ schema: 1, version, entries: entries.map(entry => entryOf(entry, root)), problems: problems.map(problem => ({ ...problem, file: shownPath(problem.file, root) })) })
}

export function diffJson({ root, against, added, removed, problems }: InventoryDiff, version: string): string {
  return text({
    schema: 1, version, against,
    added: added.map(entry => entryOf(entry, root)),
    removed: removed.map(entry => entryOf(entry, root)),
    problems: problems.map(problem => ({ ...problem, file: shownPath(problem.file, root) })),
  })
}

function entryOf({ origin, file, ...rest }: InventoryEntry, root: string): unknown {
  return { ...rest, file: shownPath(file, root), line: origin.from.line, column: origin.from.column + 1 }
}

function text(data: unknown): string {
  return `${JSON.stringify(data, null, 2)}\n`
}
