import path from 'node:path'
import { enableServers } from './middleware/servers.js'
import { registerTracing } from './setup/register-tracing.js'
import { findEntryPackage } from './setup/resource.js'
import { runtimeState } from './state.js'

/**
 * `node --import @spanguard/runtime/register app.js` (or `--require`): tracing by the environment alone, with the policy
 * that `SPANGUARD_POLICY` names or that lies beside the entry's package.json, and a SERVER span for each request that comes
 * in. Through NODE_OPTIONS it is loaded by npm, pnpm and yarn too, where it does nothing.
 */
if (!isPackageManager(process.argv[1])) {
  registerTracing(process.argv[1])
  // Not where tracing is off or somebody else's provider is in charge.
  if (runtimeState().active?.tracer) enableServers()
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
