import pc from 'picocolors'

let steps = 0

/** A numbered heading, with the command that a user would type for what follows. */
export function step(title: string, command?: string): void {
  steps += 1
  console.log(`\n${pc.bold(pc.cyan(`${String(steps)}. ${title}`))}`)
  if (command !== undefined) console.log(pc.dim(`   $ ${command}`))
  console.log()
}

/** Writes a block with each line set in by two columns; empty lines at its ends are dropped. */
export function block(text: string): void {
  for (const line of text.replace(/^\n+|\s+$/g, '').split('\n')) console.log(line === '' ? '' : `  ${line}`)
}

export function good(text: string): void {
  console.log(`  ${pc.green('✓')} ${text}`)
}

/** What went otherwise than the demo promises; said in one sentence, without a stack. */
export class DemoError extends Error {
  override name = 'DemoError'
}
