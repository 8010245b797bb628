import type { TSESTree } from '@typescript-eslint/types'
import type { Scope } from '@typescript-eslint/utils/ts-eslint'
import { isFunction } from '../bindings.js'
import type { FunctionNode } from '../bindings.js'
import type { FileAnalysis } from '../index.js'
import { perFile } from '../per-file.js'
import { nodesWithin } from '../walk.js'

/** A place where the name of a function of the file stands. */
interface FunctionName {
  readonly range: readonly [start: number, end: number]
  readonly means: FunctionNode
}

/** The functions of a file that have a name: the names, and every place where one stands, in source order. */
interface NamedFunctions {
  readonly names: ReadonlySet<string>
  readonly places: readonly FunctionName[]
}

const found = perFile((): { functions: NamedFunctions | null } => ({ functions: null }))

/** The names that mean a function somewhere in the file: a cheap question before the scopes are asked. */
export function namesOfFunctions(analysis: FileAnalysis): ReadonlySet<string> {
  return functionsOf(analysis).names
}

/** The names of functions at or below a node, each with the function that it means. */
export function functionNamesWithin(node: TSESTree.Node, analysis: FileAnalysis): readonly FunctionName[] {
  return nodesWithin(functionsOf(analysis).places, node)
}

function functionsOf({ sourceCode }: FileAnalysis): NamedFunctions {
  const kept = found(sourceCode)
  kept.functions ??= readFunctions(sourceCode.scopeManager?.scopes ?? [])
  return kept.functions
}

function readFunctions(scopes: readonly Scope.Scope[]): NamedFunctions {
  const names = new Set<string>()
  const places: FunctionName[] = []
  for (const scope of scopes) {
    for (const { name, defs, identifiers, references } of scope.variables) {
      const node = defs[0]?.node as TSESTree.Node | undefined
      const means = node?.type === 'VariableDeclarator' ? node.init : node
      if (means == null || !isFunction(means)) continue
      // A parameter's definition is the function that has it; its name is told among the others, since both may have it.
      if (means.type !== 'ArrowFunctionExpression' || node?.type === 'VariableDeclarator') names.add(name)
      if ((defs[0]?.type as string) === 'Parameter') continue
      for (const { range } of identifiers) places.push({ range, means })
      for (const { identifier, init } of references) if (init !== true) places.push({ range: identifier.range, means })
    }
  }
  return { names, places: places.sort((one, other) => one.range[0] - other.range[0]) }
}
