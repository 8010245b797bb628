import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { findNearest } from '@spanguard/policy'
import pc from 'picocolors'
import { UsageError } from '../checker/problem.js'
import { getPackage } from '../project/package-json.js'
import { repositoryOf } from '../project/workspace.js'
import { exitCodes } from './exit-codes.js'
import { loadChecker } from './load-checker.js'
import { rulePages } from './rule-pages.js'
import { progressLine, write } from './terminal.js'

/** `spanguard explain RULE`: the rule's page. `spanguard explain FILE:LINE`: what the checker makes of a line. */
export async function explain(what: string): Promise<number> {
  const place = /^(.+?):(\d+)(?::\d+)?$/u.exec(what)
  if (place?.[1] !== undefined) return explainPlace(place[1], Number(place[2]))
  if (existsSync(what)) throw new UsageError(`Which line of ${what}? Write ${what}:12.`)
  return explainRule(what)
}

async function explainPlace(file: string, line: number): Promise<number> {
  const cwd = process.cwd()
  const progress = progressLine()
  const { explain: explainLine } = await loadChecker()
  const { explanationText } = await import('../checker/report/explanation.js')
  const { lintFile } = await import('../lint/index.js')
  const absolute = path.resolve(cwd, file)
  const repository = repositoryOf(getPackage(absolute)?.dir ?? path.dirname(absolute))
  // Whoever stands in the repository means the program of the folder; from elsewhere it is the file's repository.
  const paths = path.relative(repository, cwd).startsWith('..') ? [repository] : []
  const explanation = await explainLine({ cwd, file, line, paths, lint: lintFile, onProgress: progress.show })
  progress.clear()
  await write(process.stdout, explanationText(explanation, { cwd, color: pc.isColorSupported && process.stdout.isTTY }))
  return exitCodes.clean
}

function explainRule(rule: string): number {
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
