import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { builtInPolicy, judgeExportedKey, type Policy } from '@spanguard/policy'
import { report } from '../diagnostics.js'

export interface LoadedPolicy {
  readonly policy: Policy
  /** `built-in`, `options`, or the path of the file. */
  readonly source: string
  /** The first 16 hex digits of the SHA-256 of its JSON with sorted keys. */
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
  const problem = findProblem(policy, builtInPolicy, '')
  if (problem === null) {
    try {
      judgeExportedKey('service.name', 'resource', policy as Policy)
      return loaded(policy as Policy, source)
    } catch {
      // Falls through to the error line.
    }
  }
  report('error', 'policy.invalid', `the policy (${source}) is invalid${problem === null ? '' : `: ${problem}`}; the built-in list is used. Write it with: spanguard build-policy`)
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
  return { policy, source, hash: createHash('sha256').update(canonical(policy)).digest('hex').slice(0, 16) }
}

/** The normalised policy has no optional keys, so that the built-in one shows the shape that any other must have. */
function findProblem(value: unknown, shape: unknown, at: string): string | null {
  if (Array.isArray(shape)) return Array.isArray(value) ? null : `${at || 'it'} is no list`
  if (isObject(shape)) {
    if (!isObject(value)) return `${at || 'it'} is no object`
    for (const key of Object.keys(shape)) {
      const problem = findProblem(value[key], shape[key], at === '' ? key : `${at}.${key}`)
      if (problem !== null) return problem
    }
    return null
  }
  return typeof value === typeof shape ? null : `${at || 'it'} is no ${typeof shape}`
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const keys = Object.keys(value).sort()
  return `{${keys.map(key => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
