import type { TSESTree } from '@typescript-eslint/types'

import { findVariable, getPropertyName, unwrap } from '../../src/analysis/bindings.js'
import type { FileAnalysis } from '../../src/analysis/index.js'
import { type Edit, findStatement, insertAtHead, insertStatement } from '../../src/fix/index.js'

/** What an app is assigned to. */
export interface Target {
  /** What the object is called. */
  readonly name: string
  readonly node: TSESTree.Node
  /** The class field that it is the value of. */
  readonly field: TSESTree.PropertyDefinition | null
}

/** What the made object is assigned to: the outermost variable or member of `const app = module.exports = new Koa()`. */
export function findTarget(creation: TSESTree.Node): Target | null {
  let name: string | null = null
  let current: TSESTree.Node = creation
  for (;;) {
    const parent: TSESTree.Node | undefined = current.parent
    if (parent === undefined) return null
    switch (parent.type) {
      case 'AwaitExpression':
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'TSSatisfiesExpression':
        current = parent
        continue
      case 'AssignmentExpression':
        if (parent.operator !== '=' || parent.right !== current) return null
        name = nameOf(parent.left) ?? name
        current = parent
        continue
      case 'VariableDeclarator':
        return parent.id.type === 'Identifier' ? { name: parent.id.name, node: parent, field: null } : null
      case 'ExpressionStatement':
        return name === null ? null : { name, node: parent, field: null }
      case 'PropertyDefinition': {
        const field = parent.static ? null : getPropertyName(parent)
        return field === null || parent.value !== current ? null : { name: `this.${field}`, node: parent, field: parent }
      }
      default:
        return null
    }
  }
}

/** A variable, `this.app` or `module.exports`. */
function nameOf(node: TSESTree.Node): string | null {
  const expression = unwrap(node)
  if (expression.type === 'Identifier') return expression.name
  if (expression.type === 'ThisExpression') return 'this'
  if (expression.type !== 'MemberExpression' || expression.computed) return null
  const object = nameOf(expression.object)
  const { property } = expression
  return object === null ? null : `${object}.${property.type === 'PrivateIdentifier' ? '#' : ''}${property.name}`
}

/** Is the variable given another object somewhere, so that nobody can tell which of them has the routes? */
export function isMadeAnew({ node }: Target, sourceCode: FileAnalysis['sourceCode']): boolean {
  const name =
    node.type === 'VariableDeclarator' && node.id.type === 'Identifier' ? node.id
    : node.type === 'ExpressionStatement' && node.expression.type === 'AssignmentExpression' && node.expression.left.type === 'Identifier' ? node.expression.left
    : null
  const variable = name === null ? null : findVariable(name, sourceCode)
  const written = variable?.references.filter((reference) => reference.writeExpr !== undefined && reference.writeExpr !== null && !isNothing(reference.writeExpr)) ?? []
  return written.length > 1
}

function isNothing(node: TSESTree.Node): boolean {
  return (node.type === 'Literal' && node.value === null) || (node.type === 'Identifier' && node.name === 'undefined')
}

/** Puts a statement where the object is there and nothing uses it yet; null where there is no such place. */
export function insertForTarget(target: Target, code: string, sourceCode: FileAnalysis['sourceCode']): Edit[] | null {
  return target.field === null ? insertBehind(target.node, code, sourceCode) : insertInConstructor(target.field, code, sourceCode)
}

function insertBehind(node: TSESTree.Node, code: string, sourceCode: FileAnalysis['sourceCode']): Edit[] | null {
  const statement = findStatement(node)
  const isPlain = statement?.type === 'VariableDeclaration' || statement?.type === 'ExpressionStatement' || statement?.type === 'ExportNamedDeclaration'
  return statement !== null && isPlain ? insertStatement(statement, code, sourceCode) : null
}

/** Fields are set before the constructor's body runs, and no method runs before it. */
function insertInConstructor(field: TSESTree.PropertyDefinition, code: string, sourceCode: FileAnalysis['sourceCode']): Edit[] | null {
  for (const member of field.parent.body) {
    if (member.type !== 'MethodDefinition' || member.kind !== 'constructor') continue
    return member.value.body === null ? null : insertAtHead(member.value.body, code, sourceCode)
  }
  return null
}
