import type { Host } from '../../src/analysis/handlers/hosts.js'
import { type Edit, ensureImport } from '../../src/fix/index.js'
import type { Insertion } from '../../src/frameworks/index.js'
import type { Change, Place } from './mend.js'

/** `createHTTPServer(options)` becomes `createServer(traceHandler(createHTTPHandler(options)))`. */
export function replaceCreation({ object }: Host, insert: Insertion, replace: string, local: string, place: Place): Change | null {
  const { creation } = object
  const { sourceCode } = place.analysis
  const [first] = creation.arguments
  const last = creation.arguments.at(-1)
  if (first === undefined || last === undefined) return null
  let text = replace.replaceAll('{import}', local)
  const edits: Edit[] = []
  for (const { module, export: name } of insert.also ?? []) {
    const request = { module, name, before: creation.range[0], packageType: place.around.packageType, filename: place.filename }
    const imported = ensureImport(request, sourceCode)
    if (imported === null) return null
    text = text.replaceAll(`{${name}}`, imported.local)
    edits.push(...imported.edits)
  }
  const [before = '', after = ''] = text.split('{arguments}')
  return {
    code: `${before}…${after}`,
    edits: [
      ...edits,
      { range: [creation.range[0], first.range[0]], text: before },
      { range: [last.range[1], creation.range[1]], text: after },
    ],
  }
}
