import { readFileSync } from 'node:fs'
import path from 'node:path'
import { builtInPolicy, ConfigError, hashPolicy, parseConfig, toPolicy, type Policy } from '@spanguard/policy'
import { report } from '../diagnostics.js'

export interface LoadedPolicy {
  readonly policy: Policy
  /** `built-in`, `options`, or the path of the file. */
  readonly source: string
  /** Of the normalised policy; see `hashPolicy`. */
  readonly hash: string
}

/**
 * The policy that is in force. A given one that is not what `spanguard build-policy` writes gives the built-in list and one
 * error line: a service must start, and must not export more for it.
 */
export function usePolicy(given: unknown, source: string): LoadedPolicy {
  if (given === undefined) return loaded(builtInPolicy, 'built-in')
  // `import * as policy` and some bundlers hand over the module instead of the JSON.
  const policy = isObject(given) && isObject(given['default']) ? given['default'] : given
  const problem = missingPart(policy, builtInPolicy, '') ?? schemaProblem(policy)
  if (problem === null) return loaded(toPolicy(policy as Policy), source)
  report('error', 'policy.invalid', `the policy (${source}) is invalid: ${problem}; the built-in list is used. Write it with: spanguard build-policy`)
  return loaded(builtInPolicy, 'built-in')
}

/** Reads `SPANGUARD_POLICY`, or `spanguard.policy.json` in the folder; JSON only, never executed. */
export function readPolicyFile(fromEnvironment: string | undefined, folder: string | null): LoadedPolicy {
  const named = fromEnvironment !== undefined && fromEnvironment !== ''
  if (!named && folder === null) return usePolicy(undefined, 'built-in')
  const file = named ? path.resolve(fromEnvironment) : path.join(folder ?? '', 'spanguard.policy.json')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    if (named) report('error', 'policy.missing', `SPANGUARD_POLICY names ${file}, which can't be read; the built-in list is used`)
    return usePolicy(undefined, 'built-in')
  }
  try {
    return usePolicy(JSON.parse(text) as unknown, file)
  } catch {
    report('error', 'policy.invalid', `${file} is no JSON; the built-in list is used. Write it with: spanguard build-policy`)
    return usePolicy(undefined, 'built-in')
  }
}

function loaded(policy: Policy, source: string): LoadedPolicy {
  return { policy, source, hash: hashPolicy(policy) }
}

/** The normalised policy has no optional keys, so that the built-in one shows what any other must have. */
function missingPart(value: unknown, shape: unknown, at: string): string | null {
  if (!isObject(shape)) return value === undefined ? `${at} is missing` : null
  if (!isObject(value)) return `${at || 'it'} is no object`
  for (const key of Object.keys(shape)) {
    const problem = missingPart(value[key], shape[key], at === '' ? key : `${at}.${key}`)
    if (problem !== null) return problem
  }
  return null
}

/** The config's schema holds for the policy too: no `*` in a list of keys, no key that nobody reads. */
function schemaProblem(policy: unknown): string | null {
  try {
    parseConfig(policy, 'policy')
    return null
  } catch (error) {
    return error instanceof ConfigError ? error.message.replace(/^policy: /, '').replace(/\.$/, '') : 'it cannot be read'
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
