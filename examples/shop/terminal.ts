import pc from 'picocolors'

let steps = 0

/** A numbered heading, with the command that a user would type for what follows. */
export function step(title: string, command?: string): void {
  steps += 1
  console.log(`\n${pc.bold(pc.cyan(`${String(steps)}. ${title}`))}`)
  if (command !== undefined) console.log(pc.dim(`   $ ${command}`))
  console.log()
}

/** Writes a block with each line set in by two columns and broken at the terminal's width. */
export function block(text: string): void {
  const width = process.stdout.columns > 0 ? process.stdout.columns : 118
  for (const line of text.replace(/^(?:\s|\u001b\[0m)*\n|(?:\s|\u001b\[0m)+$/g, '').split('\n')) console.log(wrap(`  ${line}`, width))
}

/** Colours take no room. */
const colour = /\u001b\[[\d;]*m/g

/** Breaks a line between words; what follows stands below where the text began (`12:5  error  Text …`, `→ text`). */
export function wrap(line: string, width: number): string {
  const bare = line.replace(colour, '').trimEnd()
  if (bare.length <= width) return line.trimEnd()
  const hang = (/^\s*(?:\d+:\d+ +\S+ +|[→│ ]+)?/.exec(bare)?.[0].length ?? 0) % width
  const lines: string[] = []
  let current = line.slice(0, line.length - line.trimStart().length)
  let length = current.length
  // Columns that other lines decided have no use in a line that is broken.
  for (const word of line.trimStart().replace(/(?<=\S) {3,}/g, '  ').split(/(?<=\S)(?= )/)) {
    const room = word.replace(colour, '').length
    if (length + room > width && length > hang) {
      lines.push(current)
      current = ' '.repeat(hang) + word.trimStart()
      length = hang + room - (word.length - word.trimStart().length)
    } else {
      current += word
      length += room
    }
  }
  return [...lines, current].join('\n')
}

export function good(text: string): void {
  console.log(`  ${pc.green('✓')} ${text}`)
}

/** What went otherwise than the demo promises; said in one sentence, without a stack. */
export class DemoError extends Error {
  override name = 'DemoError'
}
