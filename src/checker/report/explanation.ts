import pc from 'picocolors'
import type { Explained, Explanation } from '../explain/index.js'
import type { Step } from '../places.js'
import { cropLine, shownPath } from './paths.js'

/** For people: what stands on a line, how it was recognised, what its values are, what is said of it. */
export function explanationText(explanation: Explanation, { color, cwd }: { readonly color: boolean; readonly cwd: string }): string {
  const paint = pc.createColors(color)
  const { explained, file, findings, line, nearest, services, silent, text } = explanation
  const lines = [`${paint.cyan(shownPath(file, cwd))}:${String(line)}  ${cropLine(text.trim(), 0).text}`, '']
  if (silent !== null) return `${[...lines, silent].join('\n')}\n`
  if (services.length > 0) lines.push(`Runs in ${services.map(name => `"${name}"`).join(', ')}.`, '')
  for (const one of explained) lines.push(...explainedLines(one, cwd, paint), '')
  for (const finding of findings) {
    lines.push(`${paint.bold(finding.rule)}  ${finding.message}`, ...stepLines(finding.steps, cwd, paint), paint.dim(`  ${finding.certainty}; spanguard explain ${finding.rule} shows the rule's page`), '')
  }
  if (explained.length + findings.length === 0) {
    lines.push(`Nothing of tracing stands on this line: no call of a tracing API or of a helper, no handler, no finding.${nearest.length === 0 ? '' : ` Lines of this file that have something: ${nearest.join(', ')}.`}`)
  }
  return `${lines.join('\n').trimEnd()}\n`
}

type Paint = ReturnType<typeof pc.createColors>

function explainedLines(one: Explained, cwd: string, paint: Paint): string[] {
  const lines = [`${paint.bold(one.what)}  ${one.recognised}`, ...stepLines(one.steps, cwd, paint)]
  for (const { label, lines: [first = '', ...rest], text } of one.values) {
    lines.push(`  ${label}  ${cropLine(text.replace(/\s+/gu, ' '), 0).text}`, `    ${first}`, ...rest.map(line => `    ${line}`))
  }
  for (const note of one.notes) lines.push(`  ${note}`)
  for (const { message, outcome, rule } of one.verdicts) lines.push(`  ${paint.yellow(rule)}  ${message}`, paint.dim(`    ${outcome}`))
  if (one.verdicts.length === 0 && one.values.length > 0) lines.push(`  ${paint.green('nothing is wrong with it')}`)
  return lines
}

function stepLines(steps: readonly Step[], cwd: string, paint: Paint): string[] {
  return steps.map(one => paint.dim(`  → ${shownPath(one.file, cwd)}:${String(one.origin.from.line)}  ${one.text}`))
}
