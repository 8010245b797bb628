import { report } from '../diagnostics.js'
import { initWithPolicy } from './init-tracing.js'
import { readPolicyFile } from './policy.js'
import { findEntryPackage } from './resource.js'

/**
 * Tracing by the environment alone, with the policy that `SPANGUARD_POLICY` names or that lies beside the entry's package.json.
 * Never throws: an application that did not call for it by name must start.
 * @param entry the program's file; the name of the service comes from the package.json that it belongs to
 */
export function registerTracing(entry: string | undefined): void {
  try {
    initWithPolicy({}, () => readPolicyFile(process.env['SPANGUARD_POLICY'], findEntryPackage(entry)?.folder ?? null), entry)
  } catch (error) {
    report('error', 'register', error instanceof Error ? error.message.replace(/^spanguard: /, '') : 'register failed')
  }
}
