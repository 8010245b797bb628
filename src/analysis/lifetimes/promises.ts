import type { TSESTree } from '@typescript-eslint/types'
import { someNode } from '../../flow/index.js'
import type { FlowNode } from '../../flow/index.js'
import type { Scope } from '@typescript-eslint/utils/ts-eslint'
import { findBinding, findVariable, getMemberName, isFunction, unwrap } from '../bindings.js'
import { resolveReference } from '../imports.js'
import { originOf } from '../origins.js'
import { typeFactOf } from '../types.js'
import { textOf } from './context.js'
import type { Call, Lowering } from './context.js'
import { isRaced } from './settled-calls.js'
import { isTimerPromise, knownFunction } from './throwing.js'

/** Modules all of whose functions return promises. Source: their documentation. */
const promiseModules: ReadonlySet<string> = new Set([
  'axios',
  'fs/promises',
  'got',
  'ky',
  'node-fetch',
  'node:fs/promises',
  'node:timers/promises',
  'timers/promises',
])

/**
 * Methods that only clients of databases and mail have, all of which give promises or what is awaited like one. Source: the references
 * of Prisma's client, TypeORM's repositories, the drivers of MongoDB and Mongoose, and Nodemailer. Sorted.
 */
const promiseMethods: ReadonlySet<string> = new Set([
  '$executeRaw', '$executeRawUnsafe', '$queryRaw', '$queryRawUnsafe', '$transaction', 'bulkWrite', 'countDocuments', 'createMany', 'createManyAndReturn', 'deleteMany',
  'deleteOne', 'estimatedDocumentCount', 'findAndCount', 'findFirst', 'findFirstOrThrow', 'findMany', 'findOneAndDelete', 'findOneAndReplace', 'findOneAndUpdate', 'findOneBy',
  'findOneByOrFail', 'findOneOrFail', 'findUnique', 'findUniqueOrThrow', 'insertMany', 'insertOne', 'replaceOne', 'sendMail', 'updateMany', 'updateOne',
])

/** `const pending = load()`: a promise that nobody waits for yet. */
export function keepPromise(id: TSESTree.Identifier, init: TSESTree.Node, lowering: Lowering): FlowNode[] {
  const call = asPromise(init, lowering)
  const variable = call === null ? null : findVariable(id, lowering.sourceCode)
  if (call === null || variable === null || isReadElsewhere(variable) || isRaced(id, lowering.sourceCode)) return []
  const key = String(call.range[0])
  lowering.promises.set(variable, key)
  return [{ do: 'promise', settle: false, key, origin: originOf(call), text: textOf(call, lowering) }]
}

/** A function that reads the promise some other time may wait for it then. */
function isReadElsewhere(variable: Scope.Variable): boolean {
  return variable.references.some(({ from }) => from.variableScope !== variable.scope.variableScope)
}

/**
 * A variable that holds a promise is read: whoever reads it looks after it, but for who returns it.
 *
 * @returns null where the node is no such variable
 */
export function settlePromise(
  node: TSESTree.Node,
  use: 'returned' | 'value',
  lowering: Lowering,
): FlowNode[] | null {
  const expression = unwrap(node)
  if (expression.type !== 'Identifier' || lowering.promises.size === 0) return null
  const variable = findVariable(expression, lowering.sourceCode)
  const key = variable === null ? undefined : lowering.promises.get(variable)
  if (key === undefined) return null
  if (use === 'returned') return []
  return [{ do: 'promise', settle: true, key, origin: originOf(expression), text: '' }]
}

/** The promise that a returned expression makes, unless the promise itself looks after the span (`.finally(…)`). */
export function promiseOf(node: TSESTree.Node, lowered: readonly FlowNode[], lowering: Lowering): FlowNode[] {
  const call = lowering.waited ? null : asPromise(node, lowering)
  if (call === null) return []
  const isCare = (flow: FlowNode): boolean => flow.do === 'end' || flow.do === 'escape'
  if (lowered.some((flow) => someNode(flow, isCare))) return []
  return [
    { do: 'promise', settle: false, key: String(call.range[0]), origin: originOf(call), text: textOf(call, lowering) },
  ]
}

/** The call that makes the promise which an expression is known to be, or null. */
export function asPromise(node: TSESTree.Node, lowering: Lowering): Call | null {
  const call = unwrap(node)
  if (call.type === 'NewExpression') {
    const isPromise = call.callee.type === 'Identifier' && call.callee.name === 'Promise'
    return isPromise && !isTimerPromise(call) ? call : null
  }
  if (call.type !== 'CallExpression') return null
  return isPromiseCall(call, lowering) || typeFactOf(call, lowering.sourceCode)?.kind === 'promise' ? call : null
}

function isPromiseCall(call: TSESTree.CallExpression, lowering: Lowering): boolean {
  const { analysis, sourceCode } = lowering
  const callee = unwrap(call.callee)
  const known = knownFunction(callee, analysis)
  if (known !== null) return (known.async && !known.generator) || isPromiseType(known.returnType?.typeAnnotation)
  if (callee.type === 'Identifier') {
    const binding = findBinding(callee, sourceCode)
    if (binding === null) return callee.name === 'fetch'
    if (binding.kind === 'parameter' && binding.annotation?.type === 'TSFunctionType') {
      return isPromiseType(binding.annotation.returnType?.typeAnnotation)
    }
  }
  const source = resolveReference(callee, sourceCode)
  if (source !== null && promiseModules.has(source.module)) return true
  if (callee.type !== 'MemberExpression') return false
  const name = getMemberName(callee)
  // What is given a callback gives no promise.
  const last = call.arguments.at(-1)
  if (name !== null && promiseMethods.has(name) && (name.startsWith('$') || last === undefined || !isFunction(last))) return true
  const object = unwrap(callee.object)
  if (object.type === 'Identifier' && object.name === 'Promise') return name === 'all' || name === 'race' || name === 'any'
  return (name === 'then' || name === 'catch') && object.type === 'CallExpression'
}

function isPromiseType(type: TSESTree.TypeNode | undefined): boolean {
  return type?.type === 'TSTypeReference' && type.typeName.type === 'Identifier' && type.typeName.name === 'Promise'
}
