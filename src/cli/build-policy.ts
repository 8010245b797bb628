import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import pc from 'picocolors'
import { UsageError } from '../checker/problem.js'
import { policyFiles, policyTypesName } from '../project/policy-files.js'
import { loadConfig } from '../settings/load-config.js'
import { exitCodes } from './exit-codes.js'
import { writeAtomically } from './write-file.js'

/** `spanguard build-policy [folders...]`: writes the policy that services run with, and the types of its attribute keys. */
export async function buildPolicy(folders: readonly string[]): Promise<number> {
  for (const folder of folders.length === 0 ? ['.'] : folders) await buildOne(folder)
  return exitCodes.clean
}

async function buildOne(given: string): Promise<void> {
  const folder = path.resolve(given)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw new UsageError(`There is no folder "${given}": give the one in which the service's package.json stands.`)
  const { file: config, policy } = await loadConfig(folder)
  if (config === null) throw new UsageError(`There is no spanguard.config.json at or above ${folder}: write one with spanguard init.`)
  const shown = (file: string): string => path.relative(process.cwd(), file)
  for (const { path: file, text } of policyFiles(folder, policy)) {
    const isCurrent = existsSync(file) && readFileSync(file, 'utf8') === text
    if (!isCurrent) writeAtomically(file, text)
    process.stdout.write(`${isCurrent ? pc.dim('kept   ') : pc.green('written')}  ${shown(file)}\n`)
  }
  const tsconfig = path.join(folder, 'tsconfig.json')
  if (!existsSync(tsconfig)) return
  // The compiler takes a third of a second to load: only a TypeScript project pays for it.
  const { compilesFile } = await import('../checker/project/tsconfig.js')
  if (compilesFile(tsconfig, path.join(folder, policyTypesName))) return
  process.stdout.write(`Add "${policyTypesName}" to "include" of ${shown(tsconfig)}: attribute keys are typed once it is compiled.\n`)
}
