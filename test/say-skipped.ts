import { findService, serviceNames } from './services.js'

/** Run by vitest before all tests: what is skipped is said aloud. */
export default function saySkipped(): void {
  const missing = serviceNames.filter(name => findService(name) === null)
  if (missing.length === 0) return
  process.stderr.write(
    `\nSKIPPED: tests against ${missing.join(', ')}, which SPANGUARD_SERVICES does not name. ` +
      'To run them: eval "$(scripts/start-services.sh)" && npm test\n\n',
  )
}
