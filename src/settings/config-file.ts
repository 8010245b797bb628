import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'

import { type Config, ConfigError, parseConfig } from '@spanguard/policy'

/** The file that rules and checker look for; `.js` and `.ts` configs are imported in eslint.config by the user. */
export const CONFIG_NAME = 'spanguard.config.json'

interface Cached {
  readonly time: number
  readonly size: number
  readonly config: Config
}

const cache = new Map<string, Cached>()

/** The nearest config file at or above a file's folder, or null. */
export function findNearestConfig(filename: string): string | null {
  let folder = path.dirname(path.resolve(filename))
  for (;;) {
    const candidate = path.join(folder, CONFIG_NAME)
    if (statSync(candidate, { throwIfNoEntry: false })?.isFile() === true) return candidate
    const parent = path.dirname(folder)
    if (parent === folder) return null
    folder = parent
  }
}

/**
 * A config file, what it `extends` put beneath it. Read again when its time or size has changed.
 *
 * @throws ConfigError when it is not JSON, cannot be read, is not valid, or extends itself
 */
export function readConfigFile(file: string, from: readonly string[] = []): Config {
  if (/\.[cm]?[jt]s$/.test(file)) {
    throw new ConfigError(file, '', 'is code, which a rule cannot load: import it in eslint.config and give its object to settings.spanguard.')
  }
  if (from.includes(file)) throw new ConfigError(file, 'extends', 'leads back to this file: take it out.')
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) throw new ConfigError(from.at(-1) ?? file, from.length > 0 ? 'extends' : '', `names ${file}, which does not exist.`)
  const known = cache.get(file)
  if (known !== undefined && known.time === stat.mtimeMs && known.size === stat.size && known.config.extends === undefined) {
    return known.config
  }
  const config = parseConfig(parseJson(readFileSync(file, 'utf8'), file), file)
  const whole = withExtended(config, file, [...from, file])
  if (known !== undefined && JSON.stringify(known.config) === JSON.stringify(whole)) return known.config
  cache.set(file, { time: stat.mtimeMs, size: stat.size, config: whole })
  return whole
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(file, '', `is not JSON: ${reason.replace(/\.?$/, '')}; mend it there.`)
  }
}

/** What a config stands on, beneath what it says itself: objects are merged key by key, arrays replace. */
function withExtended(config: Config, file: string, from: readonly string[]): Config {
  if (config.extends === undefined) return config
  const { extends: given, ...own } = config
  const bases = (typeof given === 'string' ? [given] : given).map((base) =>
    readConfigFile(path.resolve(path.dirname(file), base), from),
  )
  return [...bases, own].reduce<Record<string, unknown>>((whole, each) => merge(whole, each as Record<string, unknown>), {})
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const under = merged[key]
    merged[key] = isObject(value) && isObject(under) ? merge(under, value) : value
  }
  return merged
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
