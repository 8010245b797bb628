import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { findVariable } from '../analysis/bindings.js'
import { resolveReference } from '../analysis/imports.js'
import type { Edit } from './edit.js'
import { ensureImport } from './ensure-import.js'

/**
 * Another export of the module that a name comes from: `tracing.BatchSpanProcessor` beside `tracing.SimpleSpanProcessor`, or
 * an import beside the one that is there. An import that nothing uses any more is renamed instead.
 *
 * @param replaced the name is going to be replaced here, not kept
 * @returns what to write, and the edits that make it available; null where the file's imports are not understood
 */
export function findSibling(
  name: TSESTree.Node,
  sibling: string,
  replaced: boolean,
  filename: string,
  sourceCode: Readonly<SourceCode>,
): { local: string; edits: readonly Edit[] } | null {
  if (name.parent?.type === 'MemberExpression' && name.parent.property === name) {
    return { local: `${sourceCode.getText(name.parent.object)}.${sibling}`, edits: [] }
  }
  if (name.type !== 'Identifier') return null
  const reference = resolveReference(name, sourceCode)
  if (reference === null) return null
  const [statement] = sourceCode.ast.body
  const isTaken = sourceCode.scopeManager?.scopes.some((scope) => scope.set.has(sibling)) === true
  const specifier = findVariable(name, sourceCode)
  const definition = specifier?.defs[0]?.node as TSESTree.Node | undefined
  if (replaced && !isTaken && specifier?.references.length === 1 && definition?.type === 'ImportSpecifier') {
    return { local: sibling, edits: [{ range: definition.range, text: sibling }] }
  }
  const ensured = ensureImport(
    {
      module: reference.module,
      name: sibling,
      before: name.range[0],
      packageType: statement?.type === 'ImportDeclaration' ? 'module' : 'commonjs',
      filename,
    },
    sourceCode,
  )
  if (ensured === null || !replaced || specifier?.references.length !== 1 || definition?.type !== 'ImportSpecifier') return ensured
  const removal = removeSpecifier(definition)
  return ensured.edits.length > 0 || removal === null ? ensured : { local: ensured.local, edits: [removal] }
}

/** Takes a specifier out of an import that has others, together with the comma beside it. */
function removeSpecifier(specifier: TSESTree.ImportSpecifier): Edit | null {
  const named = specifier.parent.type === 'ImportDeclaration' ? specifier.parent.specifiers.filter(({ type }) => type === 'ImportSpecifier') : []
  const index = named.indexOf(specifier)
  const [before, after] = [named[index - 1], named[index + 1]]
  if (after !== undefined) return { range: [specifier.range[0], after.range[0]], text: '' }
  return before === undefined ? null : { range: [before.range[1], specifier.range[1]], text: '' }
}
