import path from 'node:path'
import { exitCodes } from './exit-codes.js'
import { progressLine, write } from './terminal.js'
import { writeAtomically } from './write-file.js'

/**
 * `spanguard check --print-helpers`: the program's own helpers as JSON that can stand in `spanguard.config.json`, so that the
 * editor, which sees one file, knows them too. What could not be read is said on stderr.
 */
export async function printHelpers(paths: readonly string[], flags: { readonly output?: string }): Promise<number> {
  const cwd = process.cwd()
  const progress = progressLine()
  const { inferredHelpers } = await import('../checker/index.js')
  const { helpers, problems } = await inferredHelpers({ paths, cwd, onProgress: progress.show })
  progress.clear()
  // A row a line, as people write them.
  const text = helpers.length === 0 ? '{ "helpers": [] }\n' : `{\n  "helpers": [\n${helpers.map(row => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]\n}\n`
  if (flags.output === undefined) await write(process.stdout, text)
  else writeAtomically(path.resolve(cwd, flags.output), text)
  const unread = problems.filter(problem => problem.level !== 'notice')
  for (const problem of unread) process.stderr.write(`${problem.message}\n`)
  return unread.some(problem => problem.level === 'config') ? exitCodes.unusable : unread.length > 0 ? exitCodes.findings : exitCodes.clean
}
