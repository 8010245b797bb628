import path from 'node:path'
import type { ts } from 'ts-morph'
import type { Config } from '@spanguard/policy'
import type { DeclaredExports } from '../evaluate.js'
import type { Program } from '../program.js'

/**
 * The declarations behind the exports and types that the config's `frameworks` name, where they stand in the program itself: a
 * queue of the house is a module of the repository, and its row means what that module exports, by whatever path it is imported.
 *
 * @param root the folder of the config, from which its modules are resolved
 */
export function declaredExports(rows: NonNullable<Config['frameworks']>, program: Program, root: string): DeclaredExports {
  const found = new Map<ts.Node, { module: string; exported: string }>()
  const add = (module: string, exported: string): void => {
    const file = program.resolve(module, path.join(root, 'package.json'))
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
  return found
}
