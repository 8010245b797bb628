import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '@spanguard/policy'
import { UsageError } from '../checker/problem.js'
import { parseJson } from '../settings/config-file.js'
import { loadConfig } from '../settings/load-config.js'
import { exitCodes } from './exit-codes.js'
import { loadChecker } from './load-checker.js'
import { progressLine, write } from './terminal.js'
import { writeAtomically } from './write-file.js'

type Helpers = NonNullable<Config['helpers']>

/**
 * `spanguard check --print-helpers`: the program's own helpers as JSON that can stand in `spanguard.config.json`, so that the
 * editor, which sees one file, knows them too; `--update-config` puts them into it. What could not be read is said on stderr.
 */
export async function printHelpers(paths: readonly string[], flags: { readonly output?: string; readonly updateConfig?: boolean }): Promise<number> {
  const cwd = process.cwd()
  const progress = progressLine()
  const { inferredHelpers } = await loadChecker()
  const { helpers, problems, root } = await inferredHelpers({ paths, cwd, onProgress: progress.show })
  progress.clear()
  if (flags.updateConfig === true) await write(process.stdout, await updateConfig(helpers, root, cwd))
  else if (flags.output === undefined) await write(process.stdout, showConfig({ helpers }))
  else writeAtomically(path.resolve(cwd, flags.output), showConfig({ helpers }))
  const unread = problems.filter(problem => problem.level !== 'notice')
  for (const problem of unread) process.stderr.write(`${problem.message}\n`)
  return unread.some(problem => problem.level === 'config') ? exitCodes.unusable : unread.length > 0 ? exitCodes.findings : exitCodes.clean
}

/** Rows that the program shows take the place of those of the same name; the others are the author's and stay. */
async function updateConfig(found: Helpers, root: string, cwd: string): Promise<string> {
  const { config, file: nearest } = await loadConfig(root)
  const file = nearest ?? path.join(root, 'spanguard.config.json')
  const shown = path.relative(cwd, file)
  if (!file.endsWith('.json')) throw new UsageError(`${shown} is code, which is not rewritten: put the rows of spanguard check --print-helpers into it by hand.`)
  const folder = path.relative(path.dirname(file), root).split(path.sep).join('/')
  const helpers = found.map(row => (row.module.startsWith('.') ? { ...row, module: `./${path.posix.join(folder, row.module)}` } : row))
  const names = new Set(helpers.map(nameOf))
  const kept = (config.helpers ?? []).filter(row => !names.has(nameOf(row)))
  const own = existsSync(file) ? (parseJson(readFileSync(file, 'utf8'), file) as Config) : {}
  const text = showConfig({ ...own, helpers: [...kept, ...helpers] })
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return `kept     ${shown}: it has all ${count(helpers)} of the program\n`
  writeAtomically(file, text)
  return `written  ${shown}: ${count(helpers)} of the program${kept.length === 0 ? '' : `, ${String(kept.length)} of the config's own kept`}\n`
}

function count({ length }: Helpers): string {
  return length === 1 ? '1 helper' : `${String(length)} helpers`
}

function nameOf(row: Helpers[number]): string {
  return `${row.module}\0${row.export}`
}

/** A helper a line, as people write them. */
function showConfig({ helpers = [], ...rest }: Config): string {
  const list = helpers.length === 0 ? '[]' : `[\n${helpers.map(row => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`
  if (Object.keys(rest).length === 0) return helpers.length === 0 ? '{ "helpers": [] }\n' : `{\n  "helpers": ${list}\n}\n`
  return `${JSON.stringify(rest, null, 2).replace(/\n\}$/u, '')},\n  "helpers": ${list}\n}\n`
}
