import { createRequire } from 'node:module'
import path from 'node:path'

import { type Config, ConfigError } from '@spanguard/policy'

/** Gives the config that stands in a file, whole: with what it extends beneath it. */
export type ReadConfig = (file: string, from: readonly string[]) => Config

/**
 * A config with what it `extends` beneath it: objects are merged key by key, arrays replace. Paths of a base that are relative
 * (`./src/spans`) are written anew, so that all of the result are relative to `file`.
 *
 * @param file where the config stands; messages name it
 * @param from the files that led here, `file` the last of them
 * @throws ConfigError when a base does not exist, is not valid, or leads back here
 */
export function withExtended(config: Config, file: string, from: readonly string[], read: ReadConfig): Config {
  if (config.extends === undefined) return config
  const { extends: given, ...own } = config
  const bases = (typeof given === 'string' ? [given] : given).map((base) => {
    const target = findBase(base, file)
    return rebase(read(target, from), path.dirname(target), path.dirname(file))
  })
  return [...bases, own].reduce<Record<string, unknown>>((whole, each) => merge(whole, each), {})
}

/** A path relative to the file, or the config of a package: `@acme/tracing/spanguard.config.json`. */
function findBase(base: string, file: string): string {
  if (base.startsWith('.') || path.isAbsolute(base)) return path.resolve(path.dirname(file), base)
  try {
    return createRequire(file).resolve(base)
  } catch {
    throw new ConfigError(file, 'extends', `names the package file "${base}", which is not installed: install it, or write a path that begins with "./".`)
  }
}

/** The relative paths of a config, as they are read from another folder. */
function rebase(config: Config, from: string, to: string): Config {
  if (from === to) return config
  const move = (given: string): string => {
    if (!given.startsWith('./') && !given.startsWith('../')) return given
    const moved = path.relative(to, path.resolve(from, given)).split(path.sep).join('/')
    return moved.startsWith('.') ? moved : `./${moved}`
  }
  const { helpers, setup } = config
  return {
    ...config,
    ...(helpers !== undefined && { helpers: helpers.map((helper) => ({ ...helper, module: move(helper.module) })) }),
    ...(setup !== undefined && {
      setup: {
        ...setup,
        ...(setup.approved !== undefined && { approved: setup.approved.map(move) }),
        ...(setup.entries !== undefined && { entries: setup.entries.map(move) }),
      },
    }),
  }
}

function merge(base: Record<string, unknown>, over: object): Record<string, unknown> {
  const merged = { ...base }
  for (const [key, value] of Object.entries(over) as [string, unknown][]) {
    const under = merged[key]
    merged[key] = isObject(value) && isObject(under) ? merge(under, value) : value
  }
  return merged
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
