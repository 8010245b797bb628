import path from 'node:path'
import { report } from './diagnostics.js'
import { readPolicyFile } from './setup/policy.js'
import { initWithPolicy } from './setup/init-tracing.js'
import { findEntryPackage } from './setup/resource.js'

/**
 * `node --import @spanguard/runtime/register app.js` (or `--require`): tracing by the environment alone, with the policy
 * that `SPANGUARD_POLICY` names or that lies beside the entry's package.json. Through NODE_OPTIONS it is loaded by npm,
 * pnpm and yarn too, where it does nothing.
 */
if (!isPackageManager(process.argv[1])) {
  try {
    initWithPolicy({}, () => readPolicyFile(process.env['SPANGUARD_POLICY'], findEntryPackage(process.argv[1])?.folder ?? null))
  } catch (error) {
    // Preloaded code must not keep an application from starting that never asked for it by name.
    report('error', 'register', error instanceof Error ? error.message.replace(/^spanguard: /, '') : 'register failed')
  }
}

function isPackageManager(entry: string | undefined): boolean {
  if (entry === undefined) return false
  const name = path.basename(entry).replace(/\.(?:c|m)?js$/, '')
  if (/^(?:npm|npx|npm-cli|npx-cli|pnpm|pnpx|yarn|yarnpkg|corepack)$/.test(name)) return true
  // Yarn Berry's releases lie in the project: .yarn/releases/yarn-4.5.0.cjs
  if (/^yarn-\d/.test(name)) return true
  // Their worker threads, which are given NODE_OPTIONS too, are other files of the same package.
  return /^(?:npm|pnpm|yarn|corepack|@yarnpkg\/cli-dist)$/.test(findEntryPackage(entry)?.name ?? '')
}
