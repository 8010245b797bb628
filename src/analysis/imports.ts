import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { findBinding, getMemberName, unwrap } from './bindings.js'
import { perFile } from './per-file.js'

/** What an expression is, seen from the modules the file imports. */
export interface ImportedReference {
  readonly module: string
  /**
   * The export: its name, `default`, or `*` for the whole module (`import * as x`, `require`, `await import`). CommonJS
   * knows no difference between a module and its default: readers take `*` and `default` as the same where the path is empty.
   */
  readonly imported: string
  /** Members behind the export: `api.trace.getTracer` is `imported: 'trace', path: ['getTracer']`. */
  readonly path: readonly string[]
}

const DEPTH = 8

/**
 * Follows an expression to the import it comes from: through `import` of every form, `require`, `import()`,
 * destructuring, aliases and members. Calls are not followed: `f()` is not `f`.
 *
 * @returns null where the file does not show an import
 */
export function resolveReference(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): ImportedReference | null {
  const expression = unwrap(node)
  if (!mayComeFromImport(expression, sourceCode)) return null
  const answers = answersOf(sourceCode)
  const known = answers.get(expression)
  if (known !== undefined) return known
  const answer = follow(expression, sourceCode, 0)
  answers.set(expression, answer)
  return answer
}

/** Most callees begin with a parameter, a function of the file or a global: they are told by that name, and nothing is kept of them. */
function mayComeFromImport(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): boolean {
  let first = node
  while (first.type === 'MemberExpression') first = unwrap(first.object)
  switch (first.type) {
    case 'Identifier': {
      const kind = findBinding(first, sourceCode)?.kind
      return kind === 'import' || kind === 'variable'
    }
    case 'AwaitExpression':
    case 'CallExpression':
    case 'ImportExpression':
      return true
    default:
      return false
  }
}

const answersOf = perFile(() => new Map<TSESTree.Node, ImportedReference | null>())

function follow(node: TSESTree.Node, sourceCode: Readonly<SourceCode>, depth: number): ImportedReference | null {
  if (depth > DEPTH) return null
  const expression = unwrap(node)
  switch (expression.type) {
    case 'Identifier': {
      const binding = findBinding(expression, sourceCode)
      if (binding?.kind === 'import') return { module: binding.module, imported: binding.imported, path: [] }
      if (binding?.kind !== 'variable' || binding.init === null) return null
      const source = follow(binding.init, sourceCode, depth + 1)
      return source === null ? null : addPath(source, binding.path)
    }
    case 'MemberExpression': {
      const name = getMemberName(expression)
      if (name === null) return null
      const source = follow(expression.object, sourceCode, depth + 1)
      return source === null ? null : addPath(source, [name])
    }
    case 'AwaitExpression':
      return follow(expression.argument, sourceCode, depth + 1)
    case 'ImportExpression':
      return expression.source.type === 'Literal' && typeof expression.source.value === 'string'
        ? { module: expression.source.value, imported: '*', path: [] }
        : null
    case 'CallExpression': {
      const module = getRequiredModule(expression, sourceCode)
      return module === null ? null : { module, imported: '*', path: [] }
    }
    default:
      return null
  }
}

/** The module of `require('x')`, where `require` is Node's own (or made by `createRequire`), else null. */
export function getRequiredModule(node: TSESTree.CallExpression, sourceCode: Readonly<SourceCode>): string | null {
  if (node.callee.type !== 'Identifier' || node.callee.name !== 'require') return null
  const [argument] = node.arguments
  if (argument?.type !== 'Literal' || typeof argument.value !== 'string') return null
  const binding = findBinding(node.callee, sourceCode)
  if (binding === null) return argument.value
  const isCreated =
    binding.kind === 'variable' &&
    binding.init?.type === 'CallExpression' &&
    binding.init.callee.type !== 'Super' &&
    resolveReference(binding.init.callee, sourceCode)?.imported === 'createRequire'
  return isCreated ? argument.value : null
}

function addPath(source: ImportedReference, path: readonly string[]): ImportedReference {
  if (path.length === 0) return source
  const [first, ...rest] = path
  if (first !== undefined && source.imported === '*' && source.path.length === 0) {
    return { module: source.module, imported: first, path: rest }
  }
  return { ...source, path: [...source.path, ...path] }
}

/** A module of the project itself: a relative path or a usual alias. */
export function isOwnModule(module: string): boolean {
  return /^(?:\.{1,2}(?:\/|$)|[@~#]\/|#)/.test(module)
}
