import path from 'node:path'

import type { Config } from '@spanguard/policy'

import type { AlsoRow, CallRow } from './tracing-api.js'

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

type HelperConfig = NonNullable<Config['helpers']>[number]

/**
 * The config's `helpers` as rows. A helper with a callback hands the span to it; one without gives it back or takes it, and
 * one that only annotates gives nothing back.
 */
export function readDeclaredHelpers(helpers: NonNullable<Config['helpers']>): readonly DeclaredHelper[] {
  return helpers.map((helper) => ({ module: helper.module, export: helper.export, tail: getTail(helper.module), row: rowOf(helper) }))
}

function rowOf(helper: HelperConfig): CallRow {
  const { attributes, callback, ends, name, records } = helper
  const also = alsoOf(helper)
  if (name === undefined && callback === undefined && (also !== undefined || attributes !== undefined)) {
    const sink = helper.event === undefined ? 'attribute' : 'event-attribute'
    return { ...(attributes === undefined ? {} : { fact: 'attribute-write', bag: attributes, sink }), ...(also === undefined ? {} : { also }) }
  }
  return {
    ...(name === undefined ? {} : { fact: 'span-start', name }),
    ...(attributes === undefined ? {} : { options: attributes, bare: true }),
    ...(callback === undefined ? { returns: 'span' } : { callback, callbackReceives: 'span', active: true }),
    ...(ends === true ? { ends: true } : {}),
    ...(records === true ? { records: true } : {}),
    ...(also === undefined ? {} : { also }),
  }
}

function alsoOf({ event, rename, statusMessage, writes }: HelperConfig): AlsoRow | undefined {
  if (event === undefined && rename === undefined && statusMessage === undefined && writes === undefined) return undefined
  return {
    ...(event === undefined ? {} : { event }),
    ...(rename === undefined ? {} : { rename }),
    ...(statusMessage === undefined ? {} : { statusMessage }),
    ...(writes === undefined ? {} : { writes }),
  }
}

/** The word that a file's text holds when it calls a declared helper: a default import has any name, its module's stands there. */
export function wordOfHelper({ export: exported, module }: Pick<HelperConfig, 'export' | 'module'>): string {
  const name = exported.split('.').at(-1) ?? ''
  return name === 'default' ? (getSegments(module).at(-1) ?? '') : name
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
  // `./packages/api/src/spans` is imported as `./spans`, `../spans` or `@/spans`: the root folder is not part of what they share.
  const root = segments.lastIndexOf('src', segments.length - 2)
  const tail = segments.slice(root + 1)
  return tail.length === 0 ? null : tail
}

function getSegments(module: string): string[] {
  return path.posix
    .normalize(module)
    .replace(/\.[cm]?[jt]sx?$/, '')
    .replace(/\/index$/, '')
    .split('/')
    .filter((segment) => !/^(?:\.{1,2}|[@~#]|)$/.test(segment))
}

function endsWith(segments: readonly string[], tail: readonly string[]): boolean {
  const from = segments.length - tail.length
  return from >= 0 && tail.every((segment, index) => segments[from + index] === segment)
}
