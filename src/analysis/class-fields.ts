import type { TSESTree } from '@typescript-eslint/types'

import { getMemberName, getPropertyName } from './bindings.js'
import { perFile, type Source } from './per-file.js'

/** Where a field of a class gets its value or its type. */
export type FieldSource =
  | { readonly kind: 'annotation'; readonly node: TSESTree.TypeNode }
  | { readonly kind: 'value'; readonly node: TSESTree.Expression }

type ClassNode = TSESTree.ClassDeclaration | TSESTree.ClassExpression

const fieldsByClass = perFile(() => new Map<ClassNode, Map<string, FieldSource[]>>())

/** What the class around `this.x` says of the field `x`: annotations first, then values in source order. */
export function readFieldSources(node: TSESTree.MemberExpression, name: string, source: Source): readonly FieldSource[] {
  const owner = findClass(node)
  if (owner === null) return []
  const known = fieldsByClass(source)
  const fields = known.get(owner) ?? readFields(owner)
  known.set(owner, fields)
  return fields.get(name) ?? []
}

/** The class that `this` belongs to: the nearest one, as long as no function of its own `this` stands between. */
export function findClass(node: TSESTree.Node): ClassNode | null {
  let current: TSESTree.Node | undefined = node.parent
  while (current != null) {
    if (current.type === 'ClassDeclaration' || current.type === 'ClassExpression') return current
    const isOwnThis = current.type === 'FunctionDeclaration' || (current.type === 'FunctionExpression' && current.parent.type !== 'MethodDefinition')
    if (isOwnThis) return null
    current = current.parent
  }
  return null
}

function readFields(owner: ClassNode): Map<string, FieldSource[]> {
  const annotations = new Map<string, FieldSource[]>()
  const values = new Map<string, FieldSource[]>()
  const add = (target: Map<string, FieldSource[]>, name: string, source: FieldSource): void => {
    target.set(name, [...(target.get(name) ?? []), source])
  }
  for (const member of owner.body.body) {
    if (member.type === 'PropertyDefinition') {
      const name = getPropertyName(member)
      if (name === null) continue
      // Parsers differ: what is not there is undefined for one and null for the next.
      if (member.typeAnnotation != null) {
        add(annotations, name, { kind: 'annotation', node: member.typeAnnotation.typeAnnotation })
      }
      if (member.value !== null) add(values, name, { kind: 'value', node: member.value })
    }
    if (member.type !== 'MethodDefinition') continue
    for (const parameter of member.value.params) {
      if (parameter.type !== 'TSParameterProperty') continue
      const target = parameter.parameter.type === 'AssignmentPattern' ? parameter.parameter.left : parameter.parameter
      if (target.typeAnnotation == null) continue
      add(annotations, target.name, { kind: 'annotation', node: target.typeAnnotation.typeAnnotation })
    }
    // Assignments to `this.x` stand at the top of a method or in a branch of it; deeper ones are not worth a walk.
    for (const statement of member.value.body?.body ?? []) collectAssignments(statement, values, add)
  }
  const all = new Map(annotations)
  for (const [name, sources] of values) all.set(name, [...(all.get(name) ?? []), ...sources])
  return all
}

function collectAssignments(
  statement: TSESTree.Statement,
  values: Map<string, FieldSource[]>,
  add: (target: Map<string, FieldSource[]>, name: string, source: FieldSource) => void,
): void {
  if (statement.type === 'IfStatement') {
    collectAssignments(statement.consequent, values, add)
    if (statement.alternate !== null) collectAssignments(statement.alternate, values, add)
    return
  }
  if (statement.type === 'BlockStatement') {
    for (const inner of statement.body) collectAssignments(inner, values, add)
    return
  }
  if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression') return
  const { left, right } = statement.expression
  if (left.type !== 'MemberExpression' || left.object.type !== 'ThisExpression') return
  const name = getMemberName(left)
  if (name !== null) add(values, name, { kind: 'value', node: right })
}
