import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import pc from 'picocolors'

/** One line of a comparison: kept, taken away or added. */
type Line = readonly [' ' | '-' | '+', string]

/** The differences between two folders as a unified diff with one line of context; `''` when there is none. */
export async function diffFolders(before: string, after: string): Promise<string> {
  const files = (await readdir(after, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(after, path.join(entry.parentPath, entry.name)))
    .sort()
  return files.map((file) => diffFile(file, textOf(before, file), textOf(after, file))).join('')
}

function textOf(folder: string, file: string): string {
  return readFileSync(path.join(folder, file), 'utf8')
}

function diffFile(file: string, before: string, after: string): string {
  if (before === after) return ''
  const lines = compare(before.split('\n'), after.split('\n'))
  const shown = lines.map((_, index) => lines.slice(Math.max(0, index - 1), index + 2).some(([mark]) => mark !== ' '))
  const text = lines
    .map((line, index) => (shown[index] === true ? paint(line) : shown[index - 1] === true ? pc.dim('  ⋮') : null))
    .filter((line) => line !== null)
  return [pc.bold(file), ...text, ''].join('\n')
}

function paint([mark, text]: Line): string {
  if (mark === '+') return pc.green(`+ ${text}`)
  if (mark === '-') return pc.red(`- ${text}`)
  return pc.dim(`  ${text}`)
}

/** The shortest edit by the longest common subsequence: quadratic, and meant for source files. */
function compare(before: readonly string[], after: readonly string[]): readonly Line[] {
  const common = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1))
  const at = (row: number, column: number): number => common[row]?.[column] ?? 0
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      const line = common[row]
      if (line === undefined) continue
      line[column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const lines: Line[] = []
  let row = 0
  let column = 0
  while (row < before.length || column < after.length) {
    const old = before[row]
    const next = after[column]
    if (old !== undefined && old === next) {
      lines.push([' ', old])
      row++
      column++
    } else if (next !== undefined && (old === undefined || at(row, column + 1) > at(row + 1, column))) {
      lines.push(['+', next])
      column++
    } else if (old !== undefined) {
      lines.push(['-', old])
      row++
    }
  }
  return lines
}
