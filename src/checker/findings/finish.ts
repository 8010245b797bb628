import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Config } from '@spanguard/policy'
import { originOf } from '../places.js'
import type { Program } from '../program.js'
import type { CheckFinding } from '../result.js'
import type { Draft } from './draft.js'

export interface Finished {
  readonly findings: readonly CheckFinding[]
  readonly leftToLint: number
}

/**
 * Drafts made into findings: what ESLint reports is left to it, what a comment switches off and what the config turns off is
 * taken out, the rest gets its severity and its fingerprint.
 */
export function finishFindings(drafts: readonly Draft[], program: Program, root: string, configOf: (file: string) => Config, allRules: boolean): Finished {
  const findings: CheckFinding[] = []
  const counts = new Map<string, number>()
  const seen = new Set<string>()
  let leftToLint = 0
  for (const draft of drafts) {
    const origin = originOf(draft.node)
    const file = origin.file ?? ''
    const text = program.file(file)?.root.text ?? ''
    const severity = configOf(file).severity?.[draft.rule] ?? 'error'
    const key = `${draft.rule}\0${file}\0${String(origin.start)}\0${draft.subject}`
    if (severity === 'off' || seen.has(key) || isSuppressed(text, origin.from.line, draft.rule)) continue
    seen.add(key)
    if (draft.leftToLint && !allRules) {
      leftToLint += 1
      continue
    }
    const lines = text.split(/\r?\n/u)
    const line = lines[origin.from.line - 1]?.trim() ?? ''
    const firstLine = Math.max(origin.from.line - 1, 1)
    const base = [draft.rule, path.relative(root, file).split(path.sep).join('/'), draft.service?.name ?? '', line].join('\0')
    const count = counts.get(base) ?? 0
    counts.set(base, count + 1)
    findings.push({
      rule: draft.rule,
      severity,
      message: draft.message,
      file,
      origin,
      service: draft.service?.name ?? null,
      steps: draft.steps,
      certainty: draft.certainty,
      excerpt: { firstLine, lines: lines.slice(firstLine - 1, origin.from.line + 1) },
      fingerprint: fingerprintOf(base, count),
    })
  }
  return { findings: findings.toSorted(byPlace), leftToLint }
}

/** @param count how many equal findings stand before it */
export function fingerprintOf(base: string, count: number): string {
  return createHash('sha256').update(`${base}\0${String(count)}`).digest('hex').slice(0, 32)
}

export function byPlace(a: CheckFinding, b: CheckFinding): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.origin.start - b.origin.start || (a.rule < b.rule ? -1 : 1)
}

/**
 * `eslint-disable` comments that name the rule count here too, and so does
 * `// spanguard-disable-next-line rule -- reason`, whose reason is required.
 */
export function isSuppressed(text: string, line: number, rule: string): boolean {
  if (!text.includes('-disable')) return false
  const lines = text.split('\n')
  const names = (list: string): boolean => list.split(',').some(name => [`spanguard/${rule}`, rule].includes(name.trim()))
  const directive = (at: string | undefined, kind: string): boolean => {
    const match = new RegExp(`eslint-${kind}\\s+([^*\\n]*?)(?:\\s+--.*)?(?:\\*/|$)`, 'u').exec(at ?? '')
    return match !== null && names(match[1] ?? '')
  }
  if (directive(lines[line - 2], 'disable-next-line') || directive(lines[line - 1], 'disable-line')) return true
  const own = /spanguard-disable-next-line\s+([\w\-/, ]+?)\s+--\s+\S/u.exec(lines[line - 2] ?? '')
  if (own && names(own[1] ?? '')) return true
  let off = false
  for (const at of lines.slice(0, line)) {
    const disable = /\/\*\s*eslint-disable\s+([^*]*?)(?:\s+--[^*]*)?\s*\*\//u.exec(at)
    if (disable && names(disable[1] ?? '')) off = true
    const enable = /\/\*\s*eslint-enable(?:\s+([^*]*?))?\s*\*\//u.exec(at)
    if (enable && (enable[1] === undefined || enable[1] === '' || names(enable[1]))) off = false
  }
  return off
}
