import type { SamplerFact } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { findBinding, isFunction, unwrap } from '../bindings.js'
import { originOf } from '../origins.js'
import { nodesOf, nodesWithin } from '../walk.js'
import { isConditional } from './conditions.js'
import { type Call, findSetupCall, getCalleeName, resolveOnce } from './setup-calls.js'

/** Samplers that `@vercel/otel` takes by name. */
const NAMED: Readonly<Record<string, SamplerFact['decides']>> = {
  always_off: 'never',
  always_on: 'always',
  parentbased_always_off: 'parent',
  parentbased_always_on: 'parent',
  parentbased_traceidratio: 'parent',
  traceidratio: 'ratio',
}

/**
 * The sampler of a provider, where every run has the same one. A constant sampler of a provider that is made under a
 * condition is what that condition is for; a ratio without a parent is wrong whenever it is used.
 *
 * @param sampler the option's value, null where it is not given
 */
export function readSampler(
  provider: Call,
  sampler: TSESTree.Node | null,
  sourceCode: Readonly<SourceCode>,
): SamplerFact | null {
  if (sampler === null) return null
  const expression = resultOf(resolveOnce(sampler, sourceCode), sourceCode)
  if (expression.type === 'Literal' && typeof expression.value === 'string') {
    const decides = Object.hasOwn(NAMED, expression.value) ? NAMED[expression.value] : undefined
    return decides === undefined ? null : { origin: originOf(expression), decides, name: expression.value }
  }
  const call = findSetupCall(expression, sourceCode)
  if (call?.row.role !== 'sampler') return null
  const { decides } = call.row
  if ((decides === 'always' || decides === 'never') && isConditional(provider)) return null
  return { origin: originOf(getCalleeName(call.node)), decides, name: call.name }
}

/** What a function of the file gives wherever it is called, where it has one thing to give. */
function resultOf(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): TSESTree.Node {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return node
  const binding = findBinding(node.callee, sourceCode)
  const made = binding?.kind === 'function' ? binding.node : binding?.kind === 'variable' && binding.path.length === 0 && isFunction(binding.init) ? binding.init : null
  if (made?.body == null) return node
  if (made.body.type !== 'BlockStatement') return unwrap(made.body)
  const [only, ...others] = nodesWithin(nodesOf(sourceCode).returns, made.body)
  return only?.argument != null && only.parent === made.body && others.length === 0 ? resolveOnce(only.argument, sourceCode) : node
}
