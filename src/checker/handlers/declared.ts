import path from 'node:path'
import type { ts } from 'ts-morph'
import type { Config } from '@spanguard/policy'
import type { Settings } from '../../settings/index.js'
import type { DeclaredExports } from '../evaluate.js'
import type { Program } from '../program.js'

/**
 * The declarations behind the exports and types that the config's `frameworks` name, where they stand in the program itself: a
 * queue of the house is a module of the repository, and its row means what that module exports, by whatever path it is imported.
 *
 * @param settings every config of the program; its modules are resolved from the folder it stands in
 * @param root stands for the folder of a config that is in no file
 */
export function declaredExports(settings: readonly Settings[], program: Program, root: string): DeclaredExports {
  const found = new Map<ts.Node, { module: string; exported: string }>()
  for (const { config, file, folder } of settings) addRows(config.frameworks ?? [], file === null ? root : folder, program, found)
  return found
}

function addRows(rows: NonNullable<Config['frameworks']>, folder: string, program: Program, found: Map<ts.Node, { module: string; exported: string }>): void {
  const add = (module: string, exported: string): void => {
    const file = program.resolve(module, path.join(folder, 'package.json'))
    const target = file === null ? null : program.targetOfExport(file, exported)
    if (target?.kind === 'declaration') found.set(target.node, { module, exported })
  }
  for (const row of rows) {
    for (const source of Object.values(row.objects ?? {}).flat()) {
      if ('module' in source) add(source.module, 'type' in source ? source.type : source.export)
    }
    for (const handler of row.handlers ?? []) if (handler.call) add(handler.call.module, handler.call.export)
    for (const ref of row.tracedBy ?? []) add(ref.module, ref.export)
    for (const decorator of row.decorators ?? []) for (const name of decorator.names) add(decorator.module, name)
  }
}
