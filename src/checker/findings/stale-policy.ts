import path from 'node:path'
import type { Config, Policy } from '@spanguard/policy'
import { policyTypesName, stalePolicyFiles, type StaleFile } from '../../project/policy-files.js'
import { originOfPlace } from '../places.js'
import type { CheckFinding } from '../result.js'
import { fingerprintOf } from './finish.js'

const rule = 'stale-policy'

interface Rooted {
  readonly root: string
  readonly configOf: (file: string) => Config
  readonly policyOf: (file: string) => Policy
}

/**
 * Policy files that no longer follow from the config: the service would redact by another list than the one that the code is
 * checked against.
 *
 * @param folders absolute; those that hold a package.json
 */
export function stalePolicyFindings(folders: Iterable<string>, { root, configOf, policyOf }: Rooted): CheckFinding[] {
  return [...new Set(folders)].toSorted().flatMap((folder): CheckFinding[] => {
    const file = path.join(folder, 'package.json')
    const severity = configOf(file).severity?.[rule] ?? 'error'
    if (severity === 'off') return []
    return stalePolicyFiles(folder, policyOf(file)).map(stale => finding(stale, folder, root, severity))
  })
}

function finding({ path: file, state }: StaleFile, folder: string, root: string, severity: 'error' | 'warn'): CheckFinding {
  const name = path.basename(file)
  const place = path.relative(root, folder).split(path.sep).join('/')
  const command = `spanguard build-policy${place === '' ? '' : ` ${place}`}`
  const effect = name === policyTypesName ? 'the compiler would judge attribute keys' : 'the service would redact'
  return {
    rule,
    severity,
    message: `${name} ${problems[state]}: ${effect} by another list than the code is checked against. Write it with: ${command}`,
    file,
    origin: originOfPlace({ file, line: 1, text: '' }),
    service: null,
    steps: [],
    certainty: 'certain',
    excerpt: { firstLine: 1, lines: [] },
    fingerprint: fingerprintOf([rule, place, name].join('\0'), 0),
  }
}

const problems: Readonly<Record<StaleFile['state'], string>> = {
  differs: 'is stale, it says something else than the config',
  missing: 'is missing beside its other half',
  unreadable: 'is no JSON',
}
