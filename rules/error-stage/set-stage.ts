import { splitName } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import { getMemberName, isFunction, unwrap } from '../../src/analysis/bindings.js'
import type { FileAnalysis } from '../../src/analysis/index.js'
import { childrenOf } from '../../src/analysis/lifetimes/context.js'
import type { OwnedSpan } from '../../src/analysis/lifetimes/spans.js'
import { type Edit, insertAtHead, readCodeStyle } from '../../src/fix/index.js'
import { accessSpan } from '../../src/fix/span-access.js'

/**
 * Says at the head of a `catch` at which stage its `try` failed, where that is one step: the stage is called after the one
 * function that the `try` calls or waits for.
 *
 * @returns null where several steps can have failed, which only `stage()` around each of them tells apart
 */
export function setStage(handler: TSESTree.Node, span: OwnedSpan, analysis: FileAnalysis): { stage: string; edits: Edit[] } | null {
  if (handler.type !== 'CatchClause') return null
  const access = accessSpan(span)
  const stage = access === null ? null : findStage(handler.parent.block, span, analysis)
  if (stage === null) return null
  const { quote } = readCodeStyle(analysis.sourceCode)
  const edits = insertAtHead(handler.body, `${access ?? ''}.setAttribute(${quote}error.stage${quote}, ${quote}${stage}${quote})`, analysis.sourceCode)
  return edits === null ? null : { stage, edits }
}

/** The one step of a block in words with dashes: `charge-card` for `await gateway.chargeCard(order)`. */
function findStage(block: TSESTree.BlockStatement, { name }: OwnedSpan, analysis: FileAnalysis): string | null {
  const calls = collectCalls(block, analysis).filter((call) => ![name, ...BUILT_IN].includes(rootOf(call) ?? ''))
  const waited = calls.filter((call) => call.parent.type === 'AwaitExpression')
  const [only, ...others] = waited.length > 0 ? waited : calls
  if (only === undefined || others.length > 0) return null
  const callee = unwrap(only.callee)
  const called = callee.type === 'Identifier' ? callee.name : callee.type === 'MemberExpression' ? getMemberName(callee) : null
  // The callback that was given: what it does has its name where it is written.
  const words = called === null || /^(?:callback|cb|fn|func|handler|next|work)$/.test(called) ? [] : splitName(called)
  return words.length > 0 && words.every((word) => /^[a-z\d]+$/.test(word)) ? words.join('-') : null
}

/** Whose methods say nothing of a stage: `Promise.all`, `JSON.parse`. */
const BUILT_IN: readonly string[] = ['Array', 'JSON', 'Object', 'Promise', 'console']

function collectCalls(node: TSESTree.Node, { sourceCode }: FileAnalysis): TSESTree.CallExpression[] {
  const found: TSESTree.CallExpression[] = []
  const visit = (current: TSESTree.Node): void => {
    if (isFunction(current)) return
    if (current.type === 'CallExpression') found.push(current)
    for (const child of childrenOf(current, sourceCode)) visit(child)
  }
  visit(node)
  return found
}

function rootOf(call: TSESTree.CallExpression): string | null {
  let current = unwrap(call.callee)
  while (current.type === 'MemberExpression' || current.type === 'CallExpression') {
    current = unwrap(current.type === 'MemberExpression' ? current.object : current.callee)
  }
  return current.type === 'Identifier' ? current.name : null
}
