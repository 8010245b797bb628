import { messages } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import { findVariable, getEnclosingFunction } from '../src/analysis/bindings.js'
import type { FileAnalysis } from '../src/analysis/index.js'
import { outermost, parentOf } from '../src/analysis/lifetimes/context.js'
import { reportLives } from '../src/analysis/lifetimes/report.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import type { Edit } from '../src/fix/index.js'

interface Options {
  fix: boolean
}

export default createRule<[Options], keyof (typeof messages)['await-before-end']>({
  name: 'await-before-end',
  meta: {
    type: 'problem',
    docs: { description: 'Require that a promise settles before the span around it ends', recommended: true, strict: true, types: 'optional' },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['await-before-end'],
    schema: [{ type: 'object', additionalProperties: false, properties: fixOption }],
    defaultOptions: [{ fix: false }],
  },
  create: (context, [{ fix }]) =>
    reportLives(context, 'await-before-end', {
      fix,
      mend: ({ finding: { origin } }, analysis) => {
        const edits = awaitIt(analysis.nodeOf(origin), analysis)
        return edits === null ? null : { messageId: 'addAwait', edits }
      },
    }),
})

/** @returns null where nobody may await, or where something needs the promise itself */
function awaitIt(node: TSESTree.Node, { sourceCode }: FileAnalysis): Edit[] | null {
  const inside = getEnclosingFunction(node)
  if (inside?.async !== true || inside.generator) return null
  const whole = outermost(node)
  const [start, end] = whole.range
  const parent = parentOf(whole)
  if (parent?.type === 'VariableDeclarator' && parent.init === whole) {
    const variable = parent.id.type === 'Identifier' && parent.id.typeAnnotation === undefined ? findVariable(parent.id, sourceCode) : null
    if (variable?.references.every(({ identifier, init }) => init === true || isAwaitedAnyway(identifier)) !== true) return null
  }
  // `await x as T` awaits `x` and takes the result for a `T`.
  const isCast = whole.type === 'TSAsExpression' || whole.type === 'TSSatisfiesExpression'
  if (!isCast) return [{ range: [start, start], text: 'await ' }]
  return [
    { range: [start, start], text: 'await (' },
    { range: [end, end], text: ')' },
  ]
}

/** `return pending`, `await pending`: an asynchronous function gives the same for the promise and for what it holds. */
function isAwaitedAnyway(name: TSESTree.Node): boolean {
  const parent = parentOf(name)
  return parent?.type === 'ReturnStatement' || parent?.type === 'AwaitExpression'
}
