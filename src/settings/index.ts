import { type Config, ConfigError, parseConfig, type Policy, toPolicy } from '@spanguard/policy'

import { findNearestConfig, readConfigFile } from './config-file.js'

/** The config that holds for a file, and the policy it makes. */
export interface Settings {
  readonly config: Config
  readonly policy: Policy
  /** Where the config stands; null without one. */
  readonly file: string | null
}

const SETTINGS = 'settings.spanguard in the ESLint config'

const parsed = new WeakMap<object, Config>()
const byConfig = new WeakMap<Config, Settings>()
const none: Config = {}

/**
 * The settings of one file: `settings.spanguard` (an object, or the path of a JSON file), else the nearest
 * `spanguard.config.json`. Both are right only when they say the same.
 *
 * @param settings ESLint's shared settings
 * @param filename absolute path of the file that is linted
 * @throws ConfigError when a config is not valid, cannot be read, or differs from the other one
 */
export function getSettings(settings: unknown, filename: string): Settings {
  const given = (settings as { spanguard?: unknown } | undefined)?.spanguard
  const nearest = findNearestConfig(filename)
  if (given === undefined) return nearest === null ? toSettings(none, null) : toSettings(readConfigFile(nearest), nearest)
  const config = typeof given === 'string' ? readConfigFile(given) : parseSettings(given)
  const hasBoth = nearest !== null && (typeof given !== 'string' || given !== nearest)
  if (hasBoth && JSON.stringify(readConfigFile(nearest)) !== JSON.stringify(config)) {
    throw new ConfigError(nearest, '', `says something else than ${SETTINGS}: keep one of them.`)
  }
  return toSettings(config, typeof given === 'string' ? given : null)
}

function parseSettings(given: unknown): Config {
  if (typeof given !== 'object' || given === null) return parseConfig(given, SETTINGS)
  const known = parsed.get(given)
  if (known !== undefined) return known
  const config = parseConfig(given, SETTINGS)
  parsed.set(given, config)
  return config
}

function toSettings(config: Config, file: string | null): Settings {
  const known = byConfig.get(config)
  if (known !== undefined) return known
  const made: Settings = { config, policy: toPolicy(config), file }
  byConfig.set(config, made)
  return made
}
