import { readdirSync, readFileSync, statSync, type Stats } from 'node:fs'
import path from 'node:path'

import { type Config, ConfigError, parseConfig } from '@spanguard/policy'

import { withExtended } from './extend.js'

/** What a config file may be called. A folder has one of them only. */
const NAMES: ReadonlySet<string> = new Set(['json', 'js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((ending) => `spanguard.config.${ending}`))

/** A folder whose entries changed this short a time ago, in ms, may change again within one tick of the disk's clock: of any disk's, */
const TICK_MS = 20
/** of one that counts in seconds, as FAT and some that are mounted over a network do. */
const SETTLED_MS = 3000
/** As long, in ms, the latter is taken to be what it was when it was listed: a run asks for it hundreds of times a second. */
const FRESH_MS = 100

/** What stands in one file, without what it extends. */
interface Parsed {
  readonly time: number
  readonly size: number
  readonly config: Config
}

const parsed = new Map<string, Parsed>()
/** Configs put together from several files, by their text, so that equal answers stay one object. */
const whole = new Map<string, { readonly text: string; readonly config: Config }>()

const listed = new Map<string, { readonly time: number; readonly until: number; readonly file: string | null }>()

/**
 * The nearest `spanguard.config.{json,js,mjs,cjs,ts,mts,cts}` at or above a file's folder, or null.
 *
 * @throws ConfigError when two of them stand in one folder
 */
export function findNearestConfig(filename: string): string | null {
  let folder = path.dirname(path.resolve(filename))
  for (;;) {
    const found = findOwnConfig(folder)
    if (found !== null) return found
    const parent = path.dirname(folder)
    if (parent === folder) return null
    folder = parent
  }
}

/** Is a config code, which only an asynchronous import can load? */
export function isCode(file: string): boolean {
  return /\.[cm]?[jt]s$/.test(file)
}

/**
 * A folder's own config. Its entries are read again when its time has changed: a new file in it changes that.
 *
 * @param folder absolute
 * @throws ConfigError when two of them stand in it
 */
export function findOwnConfig(folder: string): string | null {
  const time = statSync(folder, { throwIfNoEntry: false })?.mtimeMs
  if (time === undefined) return null
  const known = listed.get(folder)
  if (known?.time === time && Date.now() < known.until) return known.file
  const [name, other] = namesIn(folder)
  const file = name === undefined ? null : path.join(folder, name)
  if (file !== null && other !== undefined) throw new ConfigError(file, '', `stands beside ${other}: keep one of the two.`)
  const now = Date.now()
  if (now - time > TICK_MS) listed.set(folder, { time, until: now - time > SETTLED_MS ? Infinity : now + FRESH_MS, file })
  return file
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => NAMES.has(name) && !isFolder(path.join(folder, name)))
  } catch {
    // A folder that may not be listed, or a path through a file: nothing of it can be read.
    return []
  }
}

/** What cannot be looked at (a link to itself) is no folder: who reads it says why. */
function isFolder(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    return false
  }
}

/**
 * The config of a JSON file, with what it `extends` beneath it. Every file that takes part is read again when its time or size
 * has changed; as long as none has, the answer is the same object.
 *
 * @param from the files that led here by `extends`
 * @throws ConfigError when it is not JSON, cannot be read, is not valid, or extends itself
 */
export function readConfigFile(file: string, from: readonly string[] = []): Config {
  if (isCode(file)) {
    throw new ConfigError(
      file,
      '',
      'is code, which a rule cannot load: import it in eslint.config and give its object to settings.spanguard, or write it as JSON.',
    )
  }
  if (from.includes(file)) throw new ConfigError(file, 'extends', 'leads back to this file: take it out.')
  const config = readOwn(file, from)
  if (config.extends === undefined) return config
  const put = withExtended(config, file, [...from, file], readConfigFile)
  const text = JSON.stringify(put)
  const known = whole.get(file)
  if (known?.text === text) return known.config
  whole.set(file, { text, config: put })
  return put
}

function readOwn(file: string, from: readonly string[]): Config {
  const stat = statOf(file)
  if (stat?.isFile() !== true) {
    const [by, key] = from.length > 0 ? [from.at(-1) ?? file, 'extends'] : ['settings.spanguard in the ESLint config', '']
    throw new ConfigError(by, key, `names ${file}, which does not exist: mend the path.`)
  }
  const known = parsed.get(file)
  if (known?.time === stat.mtimeMs && known.size === stat.size) return known.config
  const config = parseConfig(parseJson(readFileSync(file, 'utf8'), file), file)
  parsed.set(file, { time: stat.mtimeMs, size: stat.size, config })
  return config
}

/** @throws ConfigError when the path cannot be followed, as a link to itself */
function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new ConfigError(file, '', `cannot be read (${code}): mend the link, or the rights of its folder.`)
  }
}

/** @throws ConfigError when the text is not JSON */
export function parseJson(text: string, file: string): unknown {
  if (/^\uFEFF?\s*$/.test(text)) {
    throw new ConfigError(file, '', 'is empty: restore it, or write {} into it; a shell empties a file before Spanguard runs when output is redirected into it (--print-helpers --update-config writes it safely).')
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(file, '', `is not JSON: ${reason.replace(/\.?$/, '')}; mend it there.`)
  }
}
