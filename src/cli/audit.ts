import path from 'node:path'
import pc from 'picocolors'
import { UsageError } from '../checker/problem.js'
import { loadConfig } from '../settings/load-config.js'
import { version } from '../version.js'
import type { RecordedSpan } from '../audit/index.js'
import { exitCodes } from './exit-codes.js'
import { progressLine, write } from './terminal.js'
import { writeAtomically } from './write-file.js'

/** The formats of `--format`. */
export const auditFormats = ['json', 'markdown', 'pretty']

export interface AuditFlags {
  readonly format: string
  readonly output?: string
  readonly maxWarnings?: number
  readonly quiet?: boolean
  /** TraceQL. */
  readonly query?: string
  /** In seconds. */
  readonly since?: number
  readonly limit?: number
  readonly header: Readonly<Record<string, string>>
}

const day = 24 * 60 * 60

/** `spanguard audit FILE|URL…`: the policy and the trace patterns over recorded traces. */
export async function runAudit(sources: readonly string[], flags: AuditFlags): Promise<number> {
  const cwd = process.cwd()
  const { audit } = await import('../audit/index.js')
  const { auditReporters } = await import('../audit/report.js')
  const settings = await loadConfig(cwd)
  const isTempo = (source: string): boolean => /^https?:\/\//u.test(source)
  if (!sources.some(isTempo) && (flags.query !== undefined || flags.since !== undefined || flags.limit !== undefined)) {
    throw new UsageError('--query, --since and --limit ask a Tempo: give its URL, as in http://tempo:3200.')
  }
  const progress = progressLine()
  const spans: RecordedSpan[] = []
  try {
    for (const source of sources) for (const span of await read(source, isTempo(source), flags, cwd, progress.show)) spans.push(span)
  } finally {
    progress.clear()
  }
  const result = audit(spans, settings)
  const render = (color: boolean): string => auditReporters[flags.format]?.(result, { color, quiet: flags.quiet === true, version }) ?? ''
  if (flags.output === undefined) await write(process.stdout, render(pc.isColorSupported && process.stdout.isTTY))
  else writeAtomically(path.resolve(cwd, flags.output), render(false))
  const warnings = result.findings.filter(finding => finding.severity === 'warn').length
  const isFailing = warnings < result.findings.length || (flags.maxWarnings !== undefined && warnings > flags.maxWarnings)
  return isFailing ? exitCodes.findings : exitCodes.clean
}

async function read(source: string, isTempo: boolean, flags: AuditFlags, cwd: string, onProgress: (text: string) => void): Promise<RecordedSpan[]> {
  const { readSpans, readTempo } = await import('../audit/index.js')
  if (isTempo) {
    if (!URL.canParse(source)) throw new UsageError(`${source} is no URL: give the address of a Tempo, as in http://tempo:3200.`)
    return readTempo({ url: source, query: flags.query ?? '{}', since: flags.since ?? day, limit: flags.limit ?? 100, headers: { ...credentials(process.env), ...flags.header }, onProgress })
  }
  if (source === '-') return readSpans({ bytes: await standardInput(), name: 'The standard input' })
  return readSpans({ file: path.relative(cwd, path.resolve(cwd, source)) })
}

/** What is no part of a command line, which others on the machine can read. */
function credentials(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const { TEMPO_PASSWORD: password = '', TEMPO_TENANT: tenant, TEMPO_TOKEN: token, TEMPO_USER: user } = environment
  return {
    ...(user === undefined || user === '' ? {} : { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }),
    ...(token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }),
    ...(tenant === undefined || tenant === '' ? {} : { 'x-scope-orgid': tenant }),
  }
}

async function standardInput(): Promise<Uint8Array> {
  if (process.stdin.isTTY) throw new UsageError('Nothing is piped into spanguard audit -: pipe OTLP into it, or name a file.')
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
