import type { Fact } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import type { JudgedFact } from '../../analysis/findings.js'
import type { FileAnalysis } from '../../analysis/index.js'
import { outermost } from '../../analysis/lifetimes/context.js'
import { findNode } from '../../analysis/origins.js'
import type { Mend } from '../../analysis/report.js'
import { getPackage } from '../../project/package-json.js'
import { findEntry, removeEntry } from '../attribute-entry.js'
import type { Edit } from '../edit.js'
import { ensureImport } from '../ensure-import.js'
import { makeConstant } from '../names/mend-name.js'
import { renameKey } from '../rename-key.js'

const RUNTIME = '@spanguard/runtime'

type MessageId = 'constant' | 'redact' | 'remove' | 'userId'

/** What says too much, mended: written as `redacted(…)`, or taken out; a name without the part that does. */
export function mendSensitive({ fact, finding }: JudgedFact, filename: string, analysis: FileAnalysis): Mend<MessageId>[] {
  if (fact.derivedFrom !== undefined) return []
  if (fact.fact === 'span-start' || fact.fact === 'span-rename') return makeConstant({ fact, finding }, 'constant', analysis) as Mend<MessageId>[]
  const entry = fact.fact === 'attribute-write' || fact.fact === 'baggage-write' ? findEntry(fact, analysis) : null
  const removal = entry === null || fact.fact !== 'attribute-write' ? null : removeEntry(entry, analysis)
  const removed: Mend<MessageId>[] = removal === null ? [] : [{ messageId: 'remove', edits: removal }]
  // A text of the source stays in the source when it is redacted.
  if (finding.messageId === 'literal') return removed
  if (finding.messageId === 'swapped') {
    const edits = entry === null ? null : renameKey(entry, 'user.id', filename, analysis)
    return [...(edits === null ? [] : [{ messageId: 'userId' as const, edits, onlyOffered: true }]), ...removed]
  }
  // A baggage entry is an object around its value.
  const place = finding.messageId === 'key' && fact.fact === 'attribute-write' ? (entry?.value ?? null) : findPlace(finding.messageId === 'key' && 'value' in fact ? fact.value.origin : finding.origin, fact)
  if (place === null || (entry === null && (fact.fact === 'attribute-write' || fact.fact === 'attribute-bag'))) return removed
  const written = redact(place, entry?.shorthand === true && place === entry.value ? entry.whole : null, filename, analysis)
  return written === null ? removed : [written, ...removed]
}

/** The expression to wrap, where it stands in the call itself. */
function findPlace(at: Fact['origin'], { origin }: Fact): TSESTree.Node | null {
  const node = findNode(at)
  const isHere = at.start >= origin.start && at.end <= origin.end
  if (node === null || (!isHere && node.parent?.type !== 'Property' && node.parent?.type !== 'AssignmentExpression')) return null
  return node.type === 'ObjectExpression' || node.type === 'SpreadElement' || node.parent?.type === 'SpreadElement' ? null : outermost(node)
}

function redact(node: TSESTree.Node, shorthand: TSESTree.Node | null, filename: string, { sourceCode }: FileAnalysis): Mend<'redact'> | null {
  const text = sourceCode.getText(node)
  const pkg = getPackage(filename)
  const ensured = ensureImport({ module: RUNTIME, name: 'redacted', before: node.range[0], filename }, sourceCode)
  if (ensured === null) return null
  const edits: Edit[] =
    shorthand !== null ?
      [{ range: shorthand.range, text: `${text}: ${ensured.local}(${text})` }]
    : [
        { range: [node.range[0], node.range[0]], text: `${ensured.local}(` },
        { range: [node.range[1], node.range[1]], text: ')' },
      ]
  // Without the package the service would not start.
  const onlyOffered = pkg?.dependencies.has(RUNTIME) !== true
  return { messageId: 'redact', data: { code: text.length > 40 ? '…' : text.replace(/\s+/g, ' ') }, edits: [...ensured.edits, ...edits], onlyOffered }
}
