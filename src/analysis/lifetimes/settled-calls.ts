import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { findBinding, findVariable, getMemberName, unwrap } from '../bindings.js'
import { resolveReference } from '../imports.js'
import { perFile } from '../per-file.js'
import type { Call } from './context.js'

/**
 * `next()` of a tRPC middleware: whatever goes wrong behind it comes back as `{ ok: false, error }`, so that it never throws and is
 * never rejected. `next` of oRPC, TanStack Start and Hono rejects: the file must say which it is, by its import or by asking the
 * result whether it is `ok`. Source: trpc.io/docs/server/middlewares. Nor does `next()` of Express and Connect throw, the third
 * parameter of a middleware: what fails behind it is caught where it fails and handed to the error handlers. Source: express
 * `lib/router/layer.js`.
 */
export function isSettledNext(call: Call, sourceCode: Readonly<SourceCode>): boolean {
  const { callee } = call
  if (callee.type !== 'Identifier' || callee.name !== 'next') return false
  const binding = findBinding(callee, sourceCode)
  if (binding?.kind !== 'parameter') return false
  if (binding.index >= 2 && binding.path.length === 0) return call.parent.type !== 'AwaitExpression'
  if (binding.index !== 0 || binding.path.length !== 1) return false
  return /['"]@trpc\/server['"]/.test(sourceCode.text) || isAskedWhetherOk(call, sourceCode)
}

/** `const result = await next(); if (!result.ok) …`, `const { ok } = await next()` */
function isAskedWhetherOk(call: Call, sourceCode: Readonly<SourceCode>): boolean {
  const awaited = call.parent
  if (awaited.type !== 'AwaitExpression' || awaited.parent.type !== 'VariableDeclarator') return false
  const { id } = awaited.parent
  if (id.type === 'ObjectPattern') {
    return id.properties.some((property) => property.type === 'Property' && property.key.type === 'Identifier' && property.key.name === 'ok')
  }
  if (id.type !== 'Identifier') return false
  return findVariable(id, sourceCode)?.references.some(({ identifier: { parent } }) => parent.type === 'MemberExpression' && getMemberName(parent) === 'ok') === true
}

/**
 * A promise that somebody races against: `Promise.race([work, aborted])`. It is there to cut the work short, and is left behind
 * when the work is quicker.
 */
export function isRaced(id: TSESTree.Identifier, sourceCode: Readonly<SourceCode>): boolean {
  return findVariable(id, sourceCode)?.references.some(({ identifier: { parent } }) => {
    const call = parent.type === 'ArrayExpression' ? parent.parent : null
    if (call?.type !== 'CallExpression') return false
    const callee = unwrap(call.callee)
    return callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === 'Promise' && getMemberName(callee) === 'race'
  }) === true
}

/**
 * Functions that wait for a promise and give what became of it as a value, by their modules: a failure is in what they resolve with, and
 * what they return is never rejected. Source: each package's README, 2026.
 */
const settling: Readonly<Record<string, readonly string[]>> = {
  '@sapphire/result': ['Result.fromAsync'],
  '@swan-io/boxed': ['Future.fromPromise', 'Result.fromPromise'],
  'await-to-js': ['default', 'to'],
  'es-toolkit': ['attemptAsync'],
  'es-toolkit/function': ['attemptAsync'],
  neverthrow: ['ResultAsync.fromPromise', 'fromPromise'],
  'oxide.ts': ['Option.safe', 'Result.safe'],
  'p-reflect': ['default'],
  'ts-results': ['Result.wrapAsync'],
  'ts-results-es': ['Result.wrapAsync'],
}

const SETTLING = new RegExp(`['"](?:${Object.keys(settling).map((module) => module.replaceAll('.', '\\.')).join('|')})['"]`)

const settlesOf = perFile((): { any: boolean | null } => ({ any: null }))

/**
 * `Result.safe(work())`: whatever becomes of the work is a value. Neither the call nor what it is given throws: an asynchronous function
 * fails by its promise, and who wraps a promise has one.
 */
export function isSettled(call: Call, sourceCode: Readonly<SourceCode>): boolean {
  const { parent } = call
  return isSettling(call, sourceCode) || (parent.type === 'CallExpression' && parent.arguments[0] === call && isSettling(parent, sourceCode))
}

/** Is it a call of `settling`, whose promise is never rejected? */
export function isSettling({ callee }: Call, sourceCode: Readonly<SourceCode>): boolean {
  const file = settlesOf(sourceCode)
  file.any ??= SETTLING.test(sourceCode.text)
  const source = file.any ? resolveReference(callee, sourceCode) : null
  if (source === null || !Object.hasOwn(settling, source.module)) return false
  return settling[source.module]?.includes([source.imported, ...source.path].join('.')) === true
}
