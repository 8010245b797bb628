import type { Inventory, InventoryDiff, InventoryEntry } from '../../inventory/result.js'
import { counted, shownPath } from '../paths.js'

const titles = { handler: 'Handlers', span: 'Spans', attribute: 'Attributes', event: 'Events' } as const
const kinds = ['handler', 'span', 'attribute', 'event'] as const

/** For people: one table of each kind for each service, names of one thing in one row. */
export function inventoryMarkdown({ root, entries, problems }: Inventory): string {
  const lines = ['# Telemetry', '', `${kinds.map(kind => counted(namesIn(entries, kind), kind)).join(', ')}.`, '']
  for (const [service, own] of groupBy(entries, entry => entry.services.join(', '))) {
    lines.push(`## ${service === '' ? 'No service' : service}`, '')
    for (const kind of kinds) {
      const rows = own.filter(entry => entry.what === kind)
      if (rows.length > 0) lines.push(...tableOf(kind, rows, root), '')
    }
  }
  if (problems.length > 0) lines.push('Not read:', '', ...problems.map(problem => `- ${problem.message}`), '')
  return `${lines.join('\n').trimEnd()}\n`
}

/** For a pull request's comment: what it adds to telemetry and what it takes from it. */
export function diffMarkdown({ root, against, added, removed, problems }: InventoryDiff): string {
  const lines = [`### Telemetry against \`${against}\``, '']
  if (added.length + removed.length === 0) lines.push('Nothing new is recorded, and nothing is gone.')
  else {
    lines.push('| | | name | class | service | where |', '|---|---|---|---|---|---|')
    for (const [mark, list] of [['added', added], ['removed', removed]] as const) {
      for (const entry of list) lines.push(`| ${mark === 'added' ? '➕' : '➖'} ${mark} | ${entry.what} | ${code(entry.name)} | ${classText(entry)} | ${cell(entry.services.join(', '))} | ${code(place(entry, root))} |`)
    }
    const grave = added.filter(entry => isGrave(entry)).length
    if (grave > 0) lines.push('', `⚠️ ${counted(grave, 'addition')} that the policy objects to: **bold** in the table.`)
  }
  const unread = problems.filter(problem => problem.level !== 'notice')
  if (unread.length > 0) lines.push('', 'Not read:', '', ...unread.map(problem => `- ${problem.message}`))
  return `${lines.join('\n').trimEnd()}\n`
}

function tableOf(kind: InventoryEntry['what'], rows: readonly InventoryEntry[], root: string): string[] {
  const lines = [`### ${titles[kind]}`, '', `| ${kind === 'attribute' ? 'key' : 'name'} | class | ${kind === 'handler' ? 'traced by' : 'made by'} | where |`, '|---|---|---|---|']
  for (const [, same] of groupBy(rows, entry => `${entry.name}\0${entry.class}`)) {
    const [first] = same
    if (!first) continue
    const shown = same.slice(0, 3).map(entry => code(place(entry, root))).join(', ')
    const more = same.length > 3 ? ` and ${String(same.length - 3)} more` : ''
    lines.push(`| ${code(first.name)} | ${classText(first)} | ${cell([...new Set(same.map(entry => entry.via))].slice(0, 3).join(', '))} | ${shown}${more} |`)
  }
  return lines
}

function classText(entry: InventoryEntry): string {
  const text = entry.what === 'attribute' && entry.sink !== 'attribute' ? `${entry.class} (${entry.sink.replaceAll('-', ' ')})` : entry.what === 'span' && entry.kind !== null ? `${entry.class} (${entry.kind})` : entry.class
  return isGrave(entry) ? `**${text}**` : text
}

/** Classes that the policy has findings on. */
function isGrave({ class: verdict }: InventoryEntry): boolean {
  return !['named', 'semconv', 'listed', 'unlisted', 'traced', 'ignored'].includes(verdict)
}

function namesIn(entries: readonly InventoryEntry[], kind: InventoryEntry['what']): number {
  return new Set(entries.filter(entry => entry.what === kind).map(entry => (kind === 'handler' ? `${entry.name}\0${entry.file}` : entry.name))).size
}

function place(entry: InventoryEntry, root: string): string {
  return `${shownPath(entry.file, root)}:${String(entry.origin.from.line)}`
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

/** Code in a table's cell: a bar would end the cell, a backtick the code. */
function code(text: string): string {
  return `\`${cell(text.replaceAll('`', "'"))}\``
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replace(/\s+/gu, ' ')
}
