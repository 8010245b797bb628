import * as ts from '../ts.js'

import type { SpanStart } from '@spanguard/policy'

import { isFunctionLike } from '../evaluate.js'
import { functionName, isMember, memberName, plain } from '../facts/syntax.js'
import { step, type Step } from '../places.js'
import type { Program } from '../program.js'
import { nodeAt, type SpanFacts } from './data-and-names.js'
import type { Draft } from './draft.js'

/** Functions that hand a span to functions that hand it on: further than that nobody reads along. */
const maxDepth = 4

/** What becomes of a span in the scope of one name for it. */
interface Uses {
  ends: boolean
  /** It is returned, stored or given to something that the program does not show. */
  escapes: boolean
  setsStatus: boolean
  /** Where an exception is recorded on it. */
  readonly records: ts.Node[]
  /** The functions of the program that it is given to, with what they do to it. */
  readonly given: { readonly call: ts.CallExpression; readonly to: ts.FunctionLikeDeclaration; readonly uses: Uses }[]
}

type Binding = ts.VariableDeclaration | ts.ParameterDeclaration

/**
 * Spans that a function gives to a function of another file: who ends them, and who says that they failed. What one file shows is
 * left to ESLint; a span that gets out of sight is taken to be ended.
 */
export function handOverFindings(program: Program, facts: SpanFacts): Draft[] {
  const known = new Map<ts.Node, Uses>()
  return [...facts.direct].flatMap(([, list]) => list.flatMap((fact) => (fact.fact === 'span-start' ? judge(fact) : [])))

  function judge(fact: SpanStart): Draft[] {
    const call = nodeAt(program, fact.origin)
    if (call === null || !ts.isCallExpression(call)) return []
    const binding = bindingOf(call, fact)
    if (binding === null) return []
    const uses = usesOf(binding, 0)
    const foreign = uses.given.filter(({ to }) => to.getSourceFile() !== call.getSourceFile())
    if (uses.escapes || foreign.length === 0) return []
    return [...neverEnded(fact, call, uses, foreign), ...withoutStatus(fact, uses, foreign)]
  }

  function neverEnded(fact: SpanStart, call: ts.CallExpression, uses: Uses, foreign: Uses['given']): Draft[] {
    const [first] = foreign
    if (fact.ends || uses.ends || first === undefined) return []
    const name = functionName(first.to) ?? 'the function'
    return [
      {
        rule: 'span-end',
        message: `This span is given to "${name}", which does not end it, and nothing here does: a span that is never ended is never sent, and its children hang in the air. End it in a finally.`,
        node: call,
        service: null,
        steps: foreign.flatMap((each) => wayInto(each, 'does not end it')),
        certainty: fact.certainty,
        subject: 'handed over',
        leftToLint: false,
      },
    ]
  }

  function withoutStatus(fact: SpanStart, uses: Uses, foreign: Uses['given']): Draft[] {
    if (fact.records || uses.setsStatus) return []
    return foreign.flatMap((each) => {
      const [record] = recordsOf(each.uses)
      if (record === undefined) return []
      const name = functionName(each.to) ?? 'the function'
      return [
        {
          rule: 'error-status',
          message: `"${name}" records an exception on this span, and neither it nor anything here sets the status: the store counts the span as fine. Set the status to ERROR where the exception is recorded.`,
          node: each.call,
          service: null,
          steps: [...wayInto(each, 'leaves the status as it is'), step(record, 'records the exception')],
          certainty: fact.certainty,
          subject: 'recorded elsewhere',
          leftToLint: false,
        },
      ]
    })
  }

  function usesOf(binding: Binding, depth: number): Uses {
    const cached = known.get(binding)
    if (cached !== undefined) return cached
    const uses: Uses = { ends: false, escapes: false, setsStatus: false, records: [], given: [] }
    // A function that calls itself with the span does nothing new to it.
    known.set(binding, uses)
    if (!ts.isIdentifier(binding.name)) {
      uses.escapes = true
      return uses
    }
    for (const node of referencesTo(binding, binding.name.text)) readUse(node, uses, depth)
    return uses
  }

  function referencesTo(binding: Binding, name: string): ts.Identifier[] {
    const scope = scopeOf(binding)
    const found: ts.Identifier[] = []
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && node.text === name && node !== binding.name && program.declarationOf(node) === binding) found.push(node)
      if (!ts.isTypeNode(node)) ts.forEachChild(node, visit)
    }
    visit(scope)
    return found
  }

  function readUse(node: ts.Identifier, uses: Uses, depth: number): void {
    const at = outermost(node)
    const { parent } = at
    if (isMember(parent) && parent.expression === at) {
      readMethod(parent, uses)
      return
    }
    // `if (span)`, `span && …`: asked for, not used.
    if (ts.isIfStatement(parent) || ts.isExpressionStatement(parent) || ts.isPrefixUnaryExpression(parent)) return
    if (!ts.isCallExpression(parent) || parent.expression === at) {
      uses.escapes = true
      return
    }
    // `trace.setSpan(context, span)` makes a context with it, which ends nothing.
    const callee = plain(parent.expression)
    if (isMember(callee) && memberName(callee) === 'setSpan') return
    const target = calledFunction(parent, program)
    const parameter = target?.parameters[parent.arguments.indexOf(at)]
    if (target === null || target.body === undefined || parameter === undefined || parameter.dotDotDotToken !== undefined || depth >= maxDepth) {
      uses.escapes = true
      return
    }
    const inner = usesOf(parameter, depth + 1)
    uses.given.push({ call: parent, to: target, uses: inner })
    uses.ends ||= inner.ends
    uses.escapes ||= inner.escapes
    uses.setsStatus ||= inner.setsStatus
  }
}

function readMethod(member: ts.PropertyAccessExpression | ts.ElementAccessExpression, uses: Uses): void {
  const method = memberName(member)
  const isCalled = ts.isCallExpression(member.parent) && member.parent.expression === member
  if (!isCalled || method === null) uses.escapes = true
  else if (method === 'end') uses.ends = true
  else if (method === 'setStatus') uses.setsStatus = true
  else if (method === 'recordException') uses.records.push(member.parent)
  // The writing methods return the span: a chain goes on with it.
  if (isCalled && /^(?:addEvent|addLinks?|setAttributes?|setStatus|updateName)$/u.test(method ?? '')) {
    const { parent } = member.parent
    if (isMember(parent) && parent.expression === member.parent) readMethod(parent, uses)
    else if (!ts.isExpressionStatement(parent)) uses.escapes = true
  }
}

function recordsOf(uses: Uses): readonly ts.Node[] {
  return [...uses.records, ...uses.given.flatMap((each) => recordsOf(each.uses))]
}

/** The name of the span that a call starts: its variable, or the parameter of the callback that it runs. */
function bindingOf(call: ts.CallExpression, fact: SpanStart): Binding | null {
  if (!fact.active) {
    const at = outermost(call)
    return ts.isVariableDeclaration(at.parent) && at.parent.initializer === at && ts.isIdentifier(at.parent.name) ? at.parent : null
  }
  const callback = call.arguments.map((argument) => plain(argument)).find((argument) => ts.isArrowFunction(argument) || ts.isFunctionExpression(argument))
  return callback?.parameters[0] ?? null
}

function scopeOf(binding: Binding): ts.Node {
  if (ts.isParameter(binding)) return binding.parent
  let at: ts.Node = binding
  while (!ts.isSourceFile(at) && !ts.isFunctionLike(at)) at = at.parent
  return at
}

/** The expression with its parentheses and casts, which change nothing. */
function outermost(node: ts.Expression): ts.Expression {
  let at = node
  while (ts.isParenthesizedExpression(at.parent) || ts.isAsExpression(at.parent) || ts.isNonNullExpression(at.parent)) at = at.parent
  return at
}

function calledFunction(call: ts.CallExpression, program: Program): ts.FunctionLikeDeclaration | null {
  const callee = plain(call.expression)
  const name = ts.isIdentifier(callee) ? callee : ts.isPropertyAccessExpression(callee) ? callee.name : null
  const target = name === null ? null : program.target(name)
  if (target?.kind !== 'declaration') return null
  const { node } = target
  const initializer = ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node) ? node.initializer : undefined
  const found = initializer === undefined ? node : plain(initializer)
  return isFunctionLike(found) ? found : null
}

function wayInto({ call, to }: Uses['given'][number], what: string): Step[] {
  return [step(call, 'gives the span away here'), step(to, what)]
}
