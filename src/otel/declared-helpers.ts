import path from 'node:path'

import type { Config } from '@spanguard/policy'

import type { CallRow } from './tracing-api.js'

/** What an expression is, seen from an import: the module, the export (`*` for all of it), the members behind it. */
export interface ImportedMember {
  readonly module: string
  readonly imported: string
  readonly path: readonly string[]
}


/** A helper of the config as a row of a tracing API's table. */
export interface DeclaredHelper {
  readonly module: string
  readonly export: string
  readonly row: CallRow
  /** The last segments that an import of the module has, whatever alias or relative path leads to it. */
  readonly tail: readonly string[] | null
}

/** The config's `helpers` as rows. A helper with a callback hands the span to it; one without gives it back or takes it. */
export function readDeclaredHelpers(helpers: NonNullable<Config['helpers']>): readonly DeclaredHelper[] {
  return helpers.map((helper) => ({
    module: helper.module,
    export: helper.export,
    tail: getTail(helper.module),
    row: {
      ...(helper.name === undefined ? {} : { fact: 'span-start' as const, name: helper.name }),
      ...(helper.attributes === undefined ? {} : { options: helper.attributes }),
      ...(helper.callback === undefined ?
        { returns: 'span' as const }
      : { callback: helper.callback, callbackReceives: 'span' as const, active: true }),
      ...(helper.ends === true ? { ends: true } : {}),
      ...(helper.records === true ? { records: true } : {}),
    },
  }))
}

/**
 * The declared helper that an import names. A package is matched by its name; a module of the project (`./src/spans`) by
 * its last segments, since each file reaches it by a path or an alias of its own.
 */
export function findDeclaredHelper(
  source: ImportedMember,
  helpers: readonly DeclaredHelper[],
): DeclaredHelper | null {
  if (helpers.length === 0) return null
  const members = source.imported === '*' ? source.path : [source.imported, ...source.path]
  const name = members.join('.')
  for (const helper of helpers) {
    if (helper.export !== name) continue
    if (helper.module === source.module) return helper
    if (helper.tail !== null && endsWith(getSegments(source.module), helper.tail)) return helper
  }
  return null
}

function getTail(module: string): readonly string[] | null {
  if (!/^(?:\.{1,2}|[@~#])\//.test(module)) return null
  const segments = getSegments(module)
  // `./src/spans` is imported as `./spans`, `../spans` or `@/spans`: the root folder is not part of what they share.
  return segments[0] === 'src' && segments.length > 1 ? segments.slice(1) : segments
}

function getSegments(module: string): string[] {
  return path.posix
    .normalize(module)
    .replace(/\.[cm]?[jt]sx?$/, '')
    .split('/')
    .filter((segment) => !/^(?:\.{1,2}|[@~#]|)$/.test(segment))
}

function endsWith(segments: readonly string[], tail: readonly string[]): boolean {
  const from = segments.length - tail.length
  return from >= 0 && tail.every((segment, index) => segments[from + index] === segment)
}
