import type { ContextBreak } from '@spanguard/policy'
import path from 'node:path'

import { findHandlers } from '../../src/analysis/handlers.js'
import type { FileAnalysis } from '../../src/analysis/index.js'
import { findNode } from '../../src/analysis/origins.js'
import type { Mend } from '../../src/analysis/report.js'
import { ensureImport } from '../../src/fix/index.js'
import { wrapEach } from '../../src/fix/wrap-each.js'

/** Wraps what receives a message in the runtime's consumer, which continues the trace that the message carries. */
export function wrapReceiver({ direction, origin }: ContextBreak, filename: string, analysis: FileAnalysis): Mend | null {
  const at = direction === 'extract' ? findNode(origin) : null
  if (at === null) return null
  const calls = findHandlers(analysis, path.resolve(filename))?.calls ?? []
  const call = calls.find((each) => each.kind === 'handler' && each.node.range[0] <= at.range[0] && each.node.range[1] >= at.range[1] && (each.node.callee === at || at.parent === each.node))
  if (call?.kind !== 'handler') return null
  const { insert } = call.framework
  // A wrapper that only starts a span would leave the message's trace where it is.
  if (insert?.wrap === undefined || call.handlers.length === 0) return null
  const ensured = ensureImport({ module: insert.module, name: insert.export, before: call.node.range[0], filename }, analysis.sourceCode)
  const wrapped = ensured === null ? null : wrapEach(call.handlers, insert.wrap, ensured.local, analysis)
  if (ensured === null || wrapped === null) return null
  return { messageId: 'wrap', data: { code: wrapped.code, module: insert.module }, edits: [...ensured.edits, ...wrapped.edits], onlyOffered: true }
}
