import { UsageError } from './problem.js'
import type { CheckResult } from './result.js'

/** The version of the baseline's own format. */
const version = 2

/** A baseline's text: the fingerprints of what is known, each with its rule and file so that a reviewer can read it. */
export function writeBaseline(result: CheckResult, relative: (file: string) => string): string {
  const findings = result.findings.map(finding => ({ fingerprint: finding.fingerprint, rule: finding.rule, file: relative(finding.file) }))
  return `${JSON.stringify({ version, findings: findings.toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1)) }, null, 2)}\n`
}

/**
 * The result without what the baseline knows.
 *
 * @throws UsageError when the baseline is none, or of another version
 */
export function withoutBaseline(result: CheckResult, text: string, file: string): CheckResult {
  const known = readFingerprints(text, file)
  return { ...result, findings: result.findings.filter(finding => !known.has(finding.fingerprint)) }
}

function readFingerprints(text: string, file: string): ReadonlySet<string> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new UsageError(`${file} is no JSON: write it anew with --update-baseline.`)
  }
  const { version: found, findings } = (typeof json === 'object' && json !== null ? json : {}) as { version?: unknown; findings?: unknown }
  if (found === undefined || !Array.isArray(findings)) throw new UsageError(`${file} is no baseline of Spanguard: name one, or write it anew with --update-baseline.`)
  if (found !== version) throw new UsageError(`${file} is a baseline of version ${JSON.stringify(found)}, this Spanguard reads version ${String(version)}: write it anew with --update-baseline.`)
  return new Set(findings.flatMap((finding: unknown) => {
    const fingerprint = typeof finding === 'object' && finding !== null ? (finding as { fingerprint?: unknown }).fingerprint : undefined
    return typeof fingerprint === 'string' ? [fingerprint] : []
  }))
}
