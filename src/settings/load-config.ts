import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { ConfigError, parseConfig } from '@spanguard/policy'

import { findNearestConfig, isCode, readConfigFile } from './config-file.js'
import { withExtended } from './extend.js'
import { type Settings, toSettings } from './index.js'

/** The settings that hold for a file; its path is absolute, and it need not exist. */
export type SettingsOf = (file: string) => Settings

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
  const nearest = findNearestConfig(path.join(folder, 'package.json'))
  return nearest === null ? toSettings({}, null) : readAny(nearest)
}

/**
 * The settings of many files, each config loaded once: the nearest file wins whole.
 *
 * @param files absolute; what the answer is asked for later stands in a folder of one of them
 * @throws ConfigError as `loadConfig` does
 */
export async function loadConfigs(files: Iterable<string>): Promise<SettingsOf> {
  const byFolder = new Map<string, Settings>()
  const loaded = new Map<string | null, Settings>([[null, toSettings({}, null)]])
  for (const file of files) {
    const folder = path.dirname(file)
    if (byFolder.has(folder)) continue
    const nearest = findNearestConfig(file)
    const settings = loaded.get(nearest) ?? (await readAny(nearest ?? ''))
    loaded.set(nearest, settings)
    byFolder.set(folder, settings)
  }
  return (file) => {
    const settings = byFolder.get(path.dirname(file))
    if (settings === undefined) throw new Error(`The config of ${path.dirname(file)} was not loaded.`)
    return settings
  }
}

async function readAny(file: string): Promise<Settings> {
  if (!isCode(file)) return toSettings(readConfigFile(file), file)
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
