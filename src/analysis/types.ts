import type { TypeFact } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

/**
 * What the analysis asks of a type. Structural, so that the plugin neither loads nor depends on the TypeScript package:
 * only methods whose meaning has not changed since TypeScript 4 are used, never the numbers of `TypeFlags`.
 */
interface ProgramType {
  isUnion(): this is { types: ProgramType[] }
  isStringLiteral(): boolean
  isNumberLiteral(): boolean
  getProperties(): readonly { readonly name: string }[]
  getProperty(name: string): unknown
  getCallSignatures(): readonly unknown[]
  getNonNullableType(): ProgramType
  readonly value?: unknown
}
interface TypeChecker {
  typeToString(type: ProgramType): string
}
interface Services {
  readonly program?: { getTypeChecker(): TypeChecker } | null
  getTypeAtLocation?(node: TSESTree.Node): ProgramType
}

const TEXT_LIMIT = 80
const FIELDS_LIMIT = 100
const MEMBERS_LIMIT = 24

/** The type of an expression when the parser brought a program, else null. */
export function getProgramType(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): ProgramType | null {
  const services = sourceCode.parserServices as Services | undefined
  if (services?.program == null || services.getTypeAtLocation === undefined) return null
  try {
    return services.getTypeAtLocation(node)
  } catch {
    // The parser's node map has no entry for a few synthetic nodes; no type is the honest answer.
    return null
  }
}

/** The type of an expression as plain data, or null where the parser brought none or it says nothing (`any`, `unknown`). */
export function typeFactOf(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): TypeFact | null {
  const services = sourceCode.parserServices as Services | undefined
  if (services?.program == null) return null
  const type = getProgramType(node, sourceCode)
  if (type === null) return null
  const fact = describe(type, services.program.getTypeChecker(), 0)
  return fact.kind === 'unknown' ? null : fact
}

function describe(type: ProgramType, checker: TypeChecker, depth: number): TypeFact {
  const text = checker.typeToString(type).slice(0, TEXT_LIMIT)
  if (type.isUnion()) return describeUnion(type.types, text, checker, depth)
  if (type.isStringLiteral() || type.isNumberLiteral()) {
    return { kind: 'literals', text, literals: [type.value as string | number] }
  }
  switch (text) {
    case 'any':
    case 'unknown':
    case 'never':
      return { kind: 'unknown', text }
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      return { kind: text, text }
    case 'true':
    case 'false':
      return { kind: 'boolean', text }
    case 'symbol':
    case 'unique symbol':
      return { kind: 'symbol', text }
    case 'null':
    case 'undefined':
    case 'void':
      return { kind: 'nullish', text }
    default:
  }
  if (text.startsWith('`')) return { kind: 'string', text }
  if (type.getCallSignatures().length > 0) return { kind: 'function', text }
  if (text.startsWith('Promise<')) return { kind: 'promise', text }
  if (text.endsWith('[]') || /^(?:readonly )?(?:Readonly)?Array</.test(text)) return describeArray(text)
  // What has the methods of a string is one: a branded string, a type parameter bound to string.
  if (type.getProperty('charCodeAt') !== undefined) return { kind: 'string', text }
  if (type.getProperty('toFixed') !== undefined) return { kind: 'number', text }
  const fields = type.getProperties().slice(0, FIELDS_LIMIT).map((property) => property.name)
  return fields.length === 0 ? { kind: 'unknown', text } : { kind: 'object', text, fields }
}

function describeArray(text: string): TypeFact {
  const element = /^(?:readonly )?(string|number|boolean|bigint)\[\]$/.exec(text)?.[1] as
    | 'string'
    | 'number'
    | 'boolean'
    | 'bigint'
    | undefined
  return element === undefined ? { kind: 'array', text } : { kind: 'array', text, element: { kind: element } }
}

function describeUnion(types: readonly ProgramType[], text: string, checker: TypeChecker, depth: number): TypeFact {
  if (depth > 1 || types.length > MEMBERS_LIMIT) return { kind: 'unknown', text }
  const members = types.map((member) => describe(member, checker, depth + 1)).filter(({ kind }) => kind !== 'nullish')
  const [first] = members
  if (first === undefined) return { kind: 'nullish', text }
  if (members.every(({ kind }) => kind === 'boolean')) return { kind: 'boolean', text }
  if (members.every(({ kind }) => kind === 'literals' || kind === 'boolean')) {
    return { kind: 'literals', text, literals: members.flatMap(({ literals }) => literals ?? []) }
  }
  if (members.length === 1) return { ...first, text }
  return { kind: 'union', text, union: members }
}
