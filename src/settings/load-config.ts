import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { ConfigError, parseConfig } from '@spanguard/policy'
import { lilconfig } from 'lilconfig'

import { readConfigFile } from './config-file.js'
import { withExtended } from './extend.js'
import { type Settings, toSettings } from './index.js'

/** In the order in which one of several in a folder would be taken; there may be one only. */
const NAMES = ['json', 'js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((ending) => `spanguard.config.${ending}`)

/**
 * The settings of a folder for the command line and the checker: the nearest `spanguard.config.{json,js,mjs,cjs,ts,mts,cts}` at
 * or above it, or the given file. The plugin never loads this module.
 *
 * @param folder absolute
 * @param file an explicit config, relative to the working directory or absolute
 * @throws ConfigError when the config is not valid, cannot be read or loaded, or stands beside another one
 */
export async function loadConfig(folder: string, file?: string): Promise<Settings> {
  if (file !== undefined) {
    const named = path.resolve(file)
    if (!existsSync(named)) throw new ConfigError(named, '', 'does not exist: mend the path.')
    return readAny(named)
  }
  const searcher = lilconfig('spanguard', {
    searchPlaces: NAMES,
    stopDir: path.parse(folder).root,
    cache: false,
    ignoreEmptySearchPlaces: false,
    // Only the place is asked of the search: reading is ours, so that every file gives the same errors.
    loaders: Object.fromEntries(NAMES.map((name) => [path.extname(name), () => ({})])),
  })
  const found = await searcher.search(folder)
  if (found === null) return toSettings({}, null)
  const beside = readdirSync(path.dirname(found.filepath)).filter((name) => NAMES.includes(name) && name !== path.basename(found.filepath))
  if (beside[0] !== undefined) {
    throw new ConfigError(found.filepath, '', `stands beside ${beside[0]}: keep one of the two.`)
  }
  return readAny(found.filepath)
}

async function readAny(file: string): Promise<Settings> {
  if (!/\.[cm]?[jt]s$/.test(file)) return toSettings(readConfigFile(file), file)
  const exported = await load(file)
  const config = parseConfig(exported, file)
  return toSettings(withExtended(config, file, [file], readConfigFile), file)
}

/** The default export of a config that is code; TypeScript is loaded by jiti, where the project has it. */
async function load(file: string): Promise<unknown> {
  try {
    const loaded = (await (/ts$/.test(file) ? loadTypeScript(file) : import(pathToFileURL(file).href))) as { default?: unknown }
    if (loaded.default !== undefined) return loaded.default
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(file, '', `cannot be loaded: ${error instanceof Error ? error.message : String(error)}`)
  }
  throw new ConfigError(file, '', 'has no default export: write `export default defineConfig({ … })`.')
}

async function loadTypeScript(file: string): Promise<unknown> {
  let jiti: typeof import('jiti')
  try {
    jiti = await import('jiti')
  } catch {
    throw new ConfigError(file, '', 'is TypeScript, which needs the package jiti: install it (npm i -D jiti), or write the config as JSON.')
  }
  return jiti.createJiti(file, { interopDefault: false }).import(file)
}
