import { messages } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import { isFunction } from '../src/analysis/bindings.js'
import { parentOf } from '../src/analysis/lifetimes/context.js'
import { reportLives } from '../src/analysis/lifetimes/report.js'
import { fixOption } from '../src/analysis/report.js'
import { createRule } from '../src/create-rule.js'
import { accessSpan } from '../src/fix/span-access.js'
import { recordError } from '../src/fix/record-error.js'

interface Options {
  fix: boolean
  unset: boolean
}

export default createRule<[Options], keyof (typeof messages)['error-status']>({
  name: 'error-status',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require that a failed span has the status ERROR',
      recommended: true,
      strict: true,
      strictOptions: [{ unset: true }],
      types: 'optional',
    },
    fixable: 'code',
    hasSuggestions: true,
    messages: messages['error-status'],
    schema: [
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          ...fixOption,
          unset: {
            type: 'boolean',
            description: 'Also report errors that leave the function while the status of the span is unset.',
          },
        },
      },
    ],
    defaultOptions: [{ fix: false, unset: false }],
  },
  create: (context, [{ fix, unset }]) =>
    reportLives(context, 'error-status', {
      fix,
      keep: ({ finding }) => unset || finding.messageId !== 'unset',
      mend: ({ finding, span }, analysis) => {
        if (finding.messageId !== 'recordedOnly' || span === null) return null
        const handler = findHandler(analysis.nodeOf(finding.origin))
        const access = accessSpan(span)
        const edits =
          handler === null || access === null ? null : recordError(handler, { span: access, record: false }, context.filename, analysis)
        return edits === null ? null : { messageId: 'setStatus', edits }
      },
    }),
})

/** The `catch` that a statement stands in, in the same function. */
function findHandler(node: TSESTree.Node): TSESTree.CatchClause | null {
  let current = parentOf(node)
  while (current !== null && !isFunction(current)) {
    if (current.type === 'CatchClause') return current
    current = parentOf(current)
  }
  return null
}
