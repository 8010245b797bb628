import { readFileSync } from 'node:fs'
import { findNearest } from '@spanguard/policy'
import pc from 'picocolors'
import { exitCodes } from './exit-codes.js'
import { rulePages } from './rule-pages.js'

/** `spanguard explain RULE`: the rule's page. */
export function explain(rule: string): number {
  const name = rule.replace(/^spanguard\//u, '')
  const pages = rulePages()
  const page = pages.get(name)
  if (page === undefined) {
    const nearest = findNearest(name, pages.keys())
    process.stderr.write(`There is no rule "${name}"${nearest === null ? '.' : `: did you mean "${nearest}"?`} There are: ${[...pages.keys()].toSorted().join(', ')}.\n`)
    return exitCodes.unusable
  }
  const text = readFileSync(page, 'utf8')
  process.stdout.write(process.stdout.isTTY ? paintMarkdown(text) : text)
  return exitCodes.clean
}

function paintMarkdown(text: string): string {
  return text.replace(/^#+ .*$/gmu, heading => pc.bold(heading.replace(/^#+ /u, ''))).replace(/`([^`\n]+)`/gu, (_, code: string) => pc.cyan(code))
}
