import type { Origin } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import type { FileAnalysis } from '../../src/analysis/index.js'
import { findStatement, insertStatement, type Mend, readCodeStyle } from '../../src/fix/index.js'

/** A listener behind the statement that starts tracing, with a deadline: nothing else would end the process any more. */
export function insertShutdown(origin: Origin, analysis: FileAnalysis): Mend | null {
  const registration = analysis.nodeOf(origin)
  const name = findProviderName(registration)
  const statement = findStatement(registration)
  // An export list, a class and an arrow's expression hold no statement to put it behind.
  if (name === null || statement === null || !/^(?:Expression|Variable)/.test(statement.type)) return null
  const { sourceCode } = analysis
  const { newline, quote, semicolon } = readCodeStyle(sourceCode)
  const indentation = /[ \t]*$/.exec(sourceCode.text.slice(0, statement.range[0]))?.[0] ?? ''
  const text = [
    `process.once(${quote}SIGTERM${quote}, () => {`,
    `  const deadline = new Promise((resolve) => setTimeout(resolve, 2500))${semicolon}`,
    `  void Promise.race([${name}.shutdown(), deadline]).finally(() => process.exit(0))${semicolon}`,
    '})',
  ].join(newline + indentation)
  return { messageId: 'insert', edits: insertStatement(statement, text, sourceCode) }
}

/** `sdk` of `sdk.start`, `provider` of `trace.setGlobalTracerProvider(provider)`. */
function findProviderName(registration: TSESTree.Node): string | null {
  const call = registration.parent
  const argument = call?.type === 'CallExpression' && call.callee === registration ? call.arguments[0] : undefined
  if (argument?.type === 'Identifier') return argument.name
  if (registration.type !== 'MemberExpression' || argument?.type === 'NewExpression') return null
  return registration.object.type === 'Identifier' ? registration.object.name : null
}
