import type { Finding, Origin, SetupOrder } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import type { FileAnalysis } from '../../src/analysis/index.js'
import { getParent } from '../../src/analysis/setup/parents.js'
import { type Mend, readCodeStyle } from '../../src/fix/index.js'

/** The statement that loads the setup, put before the one that loads the module; setup of the file's own stays where it is. */
export function moveFirst(order: SetupOrder, finding: Finding, analysis: FileAnalysis): Mend | null {
  const moved = findTopStatement(order.setupAt, analysis)
  const early = findTopStatement(order.origin, analysis)
  // Imports are hoisted: a `require` cannot come before them.
  if (moved === null || early === null || moved.type !== early.type && early.type === 'ImportDeclaration') return null
  if (moved.type !== 'ImportDeclaration' && !(moved.type === 'ExpressionStatement' && isRequire(moved))) return null
  const { sourceCode } = analysis
  const { newline } = readCodeStyle(sourceCode)
  const [start, end] = moved.range
  const rest = /^[ \t]*(?:\r?\n)?/.exec(sourceCode.text.slice(end))?.[0].length ?? 0
  return {
    messageId: 'moveFirst',
    data: { setup: finding.data['setup'] ?? '' },
    edits: [
      { range: [early.range[0], early.range[0]], text: `${sourceCode.getText(moved)}${newline}` },
      { range: [start, end + rest], text: '' },
    ],
  }
}

function isRequire(statement: TSESTree.ExpressionStatement): boolean {
  return statement.expression.type === 'CallExpression' && statement.expression.callee.type !== 'MemberExpression'
}

function findTopStatement(origin: Origin, analysis: FileAnalysis): TSESTree.Node | null {
  let node = analysis.nodeOf(origin)
  for (let parent = getParent(node); parent !== null; parent = getParent(node)) {
    if (parent.type === 'Program') return node
    node = parent
  }
  return null
}
