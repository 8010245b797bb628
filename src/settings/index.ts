import path from 'node:path'

import { type Config, ConfigError, parseConfig, type Policy, toPolicy } from '@spanguard/policy'

import { findNearestConfig, isCode, readConfigFile } from './config-file.js'
import { withExtended } from './extend.js'

/** The config that holds for a file, and the policy it makes. The same object as long as nothing has changed. */
export interface Settings {
  readonly config: Config
  readonly policy: Policy
  /** Where the config stands; null when it was given as an object, and without one. */
  readonly file: string | null
  /** What the config's relative paths are relative to: its file's folder, else the working directory. */
  readonly folder: string
}

const PLACE = 'settings.spanguard in the ESLint config'

const given = new WeakMap<object, Config>()
const made = new WeakMap<Config, Settings>()
const none: Config = {}

/**
 * The settings of one file: `settings.spanguard` (an object, or the path of a JSON file), else the nearest
 * `spanguard.config.json`. Where both are there they must say the same. A config that is code cannot be loaded from here; one
 * that nobody hands over is an error, since it would be passed over in silence.
 *
 * @param settings ESLint's shared settings
 * @param filename absolute path of the file that is linted
 * @throws ConfigError when a config is not valid, cannot be read, or differs from the other one
 */
export function getSettings(settings: unknown, filename: string): Settings {
  return getSettingsBeside(settings, findNearestConfig(filename))
}

/**
 * The same where it is known which config file is nearest.
 *
 * @param nearest its absolute path; null where there is none
 * @throws ConfigError as `getSettings` does
 */
export function getSettingsBeside(settings: unknown, nearest: string | null): Settings {
  const own = (settings as { spanguard?: unknown } | undefined)?.spanguard
  if (own === undefined) return nearest === null ? toSettings(none, null) : toSettings(readConfigFile(nearest), nearest)
  const file = typeof own === 'string' ? path.resolve(own) : null
  const config = file === null ? readObject(own) : readConfigFile(file)
  if (nearest !== null && nearest !== file && !isCode(nearest) && !isSame(readConfigFile(nearest), config)) {
    throw new ConfigError(nearest, '', `says something else than ${PLACE}: keep one of the two, or make them say the same.`)
  }
  return toSettings(config, file ?? (nearest !== null ? nearest : null))
}

/**
 * What a config makes, cached by the config.
 *
 * @param file where it stands, null for an object
 */
export function toSettings(config: Config, file: string | null): Settings {
  const known = made.get(config)
  if (known?.file === file) return known
  const settings: Settings = { config, policy: toPolicy(config), file, folder: file === null ? process.cwd() : path.dirname(file) }
  made.set(config, settings)
  return settings
}

function readObject(own: unknown): Config {
  if (typeof own !== 'object' || own === null) return parseConfig(own, PLACE)
  const known = given.get(own)
  if (known !== undefined) return known
  const config = parseConfig(own, PLACE)
  const whole = withExtended(config, path.join(process.cwd(), 'eslint.config.js'), [], readConfigFile)
  // What it extends may change while an editor runs: only what stands in the object itself is kept.
  if (config.extends === undefined) given.set(own, whole)
  return whole
}

/** Equal but for the order of keys, and for `$schema`, which says nothing. */
function isSame(one: Config, other: Config): boolean {
  return toText(one) === toText(other)
}

function toText(config: Config): string {
  return JSON.stringify({ ...config, $schema: undefined }, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ?
      Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value,
  )
}
