import type { Finding } from '@spanguard/policy'

import { findNode } from '../../src/analysis/origins.js'
import type { Mend } from '../../src/analysis/report.js'
import type { SetupAnalysis } from '../../src/analysis/setup/index.js'
import { findCallStatement, removeStatement } from '../../src/fix/index.js'

/** Takes the statement out that registers a second provider. Nobody can say how a setup outside the approved one becomes the approved one. */
export function removeSecond({ messageId, origin }: Finding, { analysis, providers }: SetupAnalysis): Mend | null {
  const second = messageId === 'second' ? providers.find(({ made }) => made?.start === origin.start) : undefined
  let node = second?.registration === undefined ? null : findNode(second.registration)
  if (node?.type === 'MemberExpression' || (node?.parent?.type === 'CallExpression' && node.parent.callee === node)) node = node.parent
  // The place may be the method's name, its callee or the call.
  if (node?.type === 'MemberExpression') node = node.parent
  const statement = node?.type === 'CallExpression' ? findCallStatement(node) : null
  const edits = statement === null ? null : removeStatement(statement, analysis.sourceCode)
  return edits === null ? null : { messageId: 'remove', edits }
}
