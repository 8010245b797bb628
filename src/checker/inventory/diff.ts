import type { Inventory, InventoryDiff, InventoryEntry } from './result.js'

/**
 * What a change adds to telemetry and takes from it. An entry is the same when its kind, name, services and class are: a place
 * that moved, or a second place that writes the same key, is no change of what is recorded.
 *
 * @param against how the other side is called: a branch, a commit
 */
export function diffInventories(before: Inventory, after: Inventory, against: string): InventoryDiff {
  const old = new Set(before.entries.map(identity))
  const now = new Set(after.entries.map(identity))
  return {
    root: after.root,
    against,
    added: firsts(after.entries.filter(entry => !old.has(identity(entry)))),
    removed: firsts(before.entries.filter(entry => !now.has(identity(entry)))),
    problems: after.problems,
  }
}

function identity(entry: InventoryEntry): string {
  const own = entry.what === 'attribute' ? entry.sink : entry.what === 'span' ? entry.kind : entry.what === 'handler' ? entry.framework : ''
  return [entry.what, entry.name, entry.class, own, entry.services.join()].join('\0')
}

function firsts(entries: readonly InventoryEntry[]): InventoryEntry[] {
  const seen = new Set<string>()
  return entries.filter(entry => {
    const key = identity(entry)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
