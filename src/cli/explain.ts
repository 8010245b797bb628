import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import pc from 'picocolors'
import { exitCodes } from './exit-codes.js'

/** `spanguard explain RULE`: the rule's page. */
export function explain(rule: string): number {
  const name = rule.replace(/^spanguard\//u, '')
  const folder = pagesFolder()
  const pages = new Map(readdirSync(folder).filter(file => file.endsWith('.md')).map(file => [file.slice(0, -3), path.join(folder, file)]))
  // The checker's own rules have no ESLint rule beside them; their page is the checker's.
  for (const own of ['disable-comment', 'handler-coverage', 'stale-policy']) pages.set(own, path.join(folder, '../checker.md'))
  const page = pages.get(name)
  if (page === undefined) {
    process.stderr.write(`There is no rule "${name}". There are: ${[...pages.keys()].toSorted().join(', ')}.\n`)
    return exitCodes.unusable
  }
  const text = readFileSync(page, 'utf8')
  process.stdout.write(process.stdout.isTTY ? paintMarkdown(text) : text)
  return exitCodes.clean
}

/** docs/rules of the package, from the build (`dist/src`) and from the source (`src`). */
function pagesFolder(): string {
  const here = path.dirname(fileURLToPath(import.meta.url))
  const up = path.basename(path.dirname(path.dirname(here))) === 'dist' ? '../../..' : '../..'
  return path.resolve(here, up, 'docs/rules')
}

function paintMarkdown(text: string): string {
  return text.replace(/^#+ .*$/gmu, heading => pc.bold(heading.replace(/^#+ /u, ''))).replace(/`([^`\n]+)`/gu, (_, code: string) => pc.cyan(code))
}
