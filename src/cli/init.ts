import { mkdirSync } from 'node:fs'
import path from 'node:path'
import pc from 'picocolors'
import { planInit } from '../project/init.js'
import { readPackage } from '../project/package-json.js'
import { exitCodes } from './exit-codes.js'
import { writeAtomically } from './write-file.js'

/** `spanguard init`: writes what the project lacks and changes no file that exists. */
export function init(dir: string): number {
  const plan = planInit(dir)
  if (!plan) {
    const read = readPackage(path.join(dir, 'package.json'))
    if (read && !read.ok) {
      process.stderr.write(`${read.problem}: mend it there, then run this again.\n`)
      return exitCodes.unusable
    }
    process.stderr.write(`There is no package.json in ${dir}: run npm init first, or give the project's folder.\n`)
    return exitCodes.unusable
  }
  const shown = (file: string): string => path.relative(dir, file)
  for (const { path: file, text } of plan.files) {
    mkdirSync(path.dirname(file), { recursive: true })
    writeAtomically(file, text)
    process.stdout.write(`${pc.green('written')}  ${shown(file)}\n`)
  }
  for (const file of plan.kept) process.stdout.write(`${pc.dim('kept')}     ${shown(file)}\n`)
  process.stdout.write(`\nNext:\n${plan.next.map(text => `  ${text}\n`).join('')}`)
  return exitCodes.clean
}
