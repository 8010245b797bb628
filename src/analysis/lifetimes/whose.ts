import type { TSESTree } from '@typescript-eslint/types'
import type { Scope, SourceCode } from '@typescript-eslint/utils/ts-eslint'
import type { Test } from '../../flow/index.js'
import { findBinding, findVariable, unwrap } from '../bindings.js'
import type { FileAnalysis } from '../index.js'
import { outermost, parentOf } from './context.js'
import type { Lowering } from './context.js'

/** What a variable is given: somebody else's span, or the one that is started here. */
export interface Choice {
  readonly variable: Scope.Variable
  readonly values: readonly TSESTree.Node[]
  readonly start: TSESTree.Node
}

/** What a condition says where it holds: true, that the span is one's own; false, that it is somebody else's; null, neither. */
type Says = boolean | null

/** `if (!active) span.end()`: the span that is started is one's own, so what is done with somebody else's does not concern it. */
export function readOwnTest(test: TSESTree.Node, lowering: Lowering): Test | null {
  const choice = choiceOf(lowering)
  const says = choice === null ? null : saysWhose(test, choice, lowering.sourceCode)
  return says === null ? null : { of: 'span', key: 'span', negated: !says }
}

/** What the span's variable is given, where that may be somebody else's span. */
function choiceOf({ analysis, start, variables }: Lowering): Choice | null {
  const given = start === null ? null : parentOf(outermost(start))
  if (given?.type !== 'LogicalExpression' && given?.type !== 'ConditionalExpression' && given?.type !== 'AssignmentExpression') return null
  const [variable] = variables
  return start === null || variable === undefined ? null : readChoice(variable, start, analysis)
}

/** @returns null where all that the variable may hold is started here, or nothing */
export function readChoice(variable: Scope.Variable, start: TSESTree.Node, analysis: FileAnalysis): Choice | null {
  const values = variable.references.flatMap(({ writeExpr }) => (writeExpr == null ? [] : [writeExpr]))
  return values.some((value) => mayBeAnothers(value, analysis)) ? { variable, values, start } : null
}

function mayBeAnothers(value: TSESTree.Node, analysis: FileAnalysis): boolean {
  const given = unwrap(value)
  switch (given.type) {
    case 'ConditionalExpression':
      return mayBeAnothers(given.consequent, analysis) || mayBeAnothers(given.alternate, analysis)
    case 'LogicalExpression':
      return (given.operator !== '&&' && mayBeAnothers(given.left, analysis)) || mayBeAnothers(given.right, analysis)
    case 'CallExpression':
      return analysis.tracingCalls.get(given)?.row.fact !== 'span-start'
    default:
      return !isNothing(given)
  }
}

/** Does a condition ask for what the choice was made by (`!active`), or for a flag that tells of it (`isOwn`)? */
export function saysWhose(test: TSESTree.Node, choice: Choice, sourceCode: Readonly<SourceCode>, depth = 0): Says {
  // A flag may be made of a flag, and in a loop of itself.
  if (depth > 2) return null
  return readSides(test, (name) => {
    const variable = findVariable(name, sourceCode)
    if (variable === null || variable === choice.variable) return null
    return saysByChoice(variable, choice, sourceCode) ?? saysByFlag(name, choice, sourceCode, depth)
  })
}

/** Reads `x`, `!x`, `x === undefined` and `!x && !y`. What is true of one operand of `&&` alone is not true of the whole where it does not hold. */
function readSides(test: TSESTree.Node, ofName: (name: TSESTree.Identifier) => Says): Says {
  const asked = unwrap(test)
  switch (asked.type) {
    case 'Identifier':
      return ofName(asked)
    case 'UnaryExpression':
      return asked.operator === '!' ? turned(readSides(asked.argument, ofName)) : null
    case 'LogicalExpression': {
      const left = readSides(asked.left, ofName)
      return left === null || left !== readSides(asked.right, ofName) ? null : left
    }
    case 'BinaryExpression': {
      if (!/^[!=]==?$/.test(asked.operator)) return null
      // `span !== active` asks for it as well as `active === undefined` does.
      const says = isNothing(asked.right) ? turned(readSides(asked.left, ofName)) : (readSides(asked.right, ofName) ?? readSides(asked.left, ofName))
      return asked.operator.startsWith('!') ? turned(says) : says
    }
    default:
      return null
  }
}

const turned = (says: Says): Says => (says === null ? null : !says)

/** `active ?? start`, `joins ? parent : start`, and `span = parent` beside a start. */
function saysByChoice(variable: Scope.Variable, { start, values }: Choice, sourceCode: Readonly<SourceCode>): Says {
  const isNamed = (name: TSESTree.Identifier): Says => (findVariable(name, sourceCode) === variable ? true : null)
  for (const value of values) {
    const given = unwrap(value)
    if (given.type === 'ConditionalExpression') {
      const says = readSides(given.test, isNamed)
      if (says !== null) return says === isWithin(start, given.consequent)
    } else if (isOneOf(given, isNamed)) return false
  }
  return null
}

/** `active`, and an operand of `parent ?? active ?? start` */
function isOneOf(value: TSESTree.Node, isNamed: (name: TSESTree.Identifier) => Says): boolean {
  const given = unwrap(value)
  if (given.type !== 'LogicalExpression') return given.type === 'Identifier' && isNamed(given) === true
  return given.operator !== '&&' && (isOneOf(given.left, isNamed) || isOneOf(given.right, isNamed))
}

/** `const isOwn = !active`, or `isOwn = true` in the branch that starts the span. */
function saysByFlag(name: TSESTree.Identifier, choice: Choice, sourceCode: Readonly<SourceCode>, depth: number): Says {
  const binding = findBinding(name, sourceCode)
  if (binding?.kind !== 'variable' || binding.path.length > 0) return null
  if (binding.init !== null && binding.init.type !== 'Literal') return saysWhose(binding.init, choice, sourceCode, depth + 1)
  for (const write of binding.writes) {
    const block = write.type === 'Literal' && typeof write.value === 'boolean' ? parentOf(write)?.parent?.parent : null
    if (block?.type === 'BlockStatement' && block.parent.type === 'IfStatement' && isWithin(choice.start, block)) return (write as TSESTree.Literal).value === true
  }
  return null
}

/** `undefined`, `null`, and the text of `typeof x === 'undefined'` */
function isNothing(node: TSESTree.Node): boolean {
  const value = unwrap(node)
  return value.type === 'Identifier' ? value.name === 'undefined' : value.type === 'Literal' && (value.value === null || value.value === false || value.value === 'undefined')
}

function isWithin({ range }: { readonly range: readonly [number, number] }, outer: TSESTree.Node): boolean {
  return range[0] >= outer.range[0] && range[1] <= outer.range[1]
}
