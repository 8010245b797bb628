import * as ts from './ts.js'
import type { Program } from './program.js'

/** Aliases of aliases of a type; longer chains are computed types, which nobody follows by eye. */
const maxSteps = 8

/**
 * The annotation of what a parameter holds at a way into it, read from the text alone: of `app` in `({ app }: Deps)`, of `0` in
 * `...[router]: [Router, Tenant]`. Literals, tuples, interfaces and aliases of the program are followed.
 */
export function annotationAt(program: Program, parameter: ts.ParameterDeclaration, way: readonly string[]): ts.TypeNode | undefined {
  let type = parameter.type
  for (const name of way) type = memberType(program, type, name, 0)
  return type
}

function memberType(program: Program, type: ts.TypeNode | undefined, name: string, steps: number): ts.TypeNode | undefined {
  if (!type || steps > maxSteps) return undefined
  if (ts.isTypeLiteralNode(type)) return typeOfMember(type.members, name)
  if (ts.isParenthesizedTypeNode(type)) return memberType(program, type.type, name, steps + 1)
  if (ts.isIntersectionTypeNode(type)) return type.types.map(one => memberType(program, one, name, steps + 1)).find(one => one !== undefined)
  if (ts.isTupleTypeNode(type)) {
    const element = type.elements[Number(name)]
    return element && ts.isNamedTupleMember(element) ? element.type : element
  }
  if (!ts.isTypeReferenceNode(type)) return undefined
  const target = program.target(type.typeName)
  if (target?.kind !== 'declaration') return undefined
  if (ts.isTypeAliasDeclaration(target.node)) return memberType(program, target.node.type, name, steps + 1)
  return ts.isInterfaceDeclaration(target.node) ? typeOfMember(target.node.members, name) : undefined
}

function typeOfMember(members: readonly ts.TypeElement[], name: string): ts.TypeNode | undefined {
  const member = members.find(one => one.name && ts.isIdentifier(one.name) && one.name.text === name)
  return member && ts.isPropertySignature(member) ? member.type : undefined
}
