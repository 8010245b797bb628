import * as nodeModule from 'node:module'
import path from 'node:path'
import { resolveEach } from '../clients/load.js'
import { isPatched } from '../messaging/official.js'

/** Where a driver has the class whose methods an official instrumentation puts its own in place of. */
interface Patchable {
  /** The package. */
  readonly driver: string
  /** From the package's folder. */
  readonly file: string
  readonly owners: readonly string[]
  readonly methodOf: (module: unknown) => unknown
}

/**
 * Tells whether an official instrumentation traces a driver: asked for each command, since it may be registered, or patch what
 * is loaded, at any time. It looks at copies that are loaded and loads none: the instrumentation would take what is
 * loaded here for what the application loads.
 */
export function officialTraces({ driver, file, owners, methodOf }: Patchable): () => boolean {
  const files = resolveEach(`${driver}/package.json`, owners).map(found => path.join(path.dirname(found), file))
  const { cache } = nodeModule.createRequire(process.execPath)
  return () => files.some(name => isPatched(methodOf(cache[name]?.exports)))
}
