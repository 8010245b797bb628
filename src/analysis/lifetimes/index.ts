import type { ErrorPath, LifetimeExit, SpanLifetime } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import { readLifetime } from '../../flow/index.js'
import type { Lifetime } from '../../flow/index.js'
import { unwrap } from '../bindings.js'
import type { FileAnalysis } from '../index.js'
import { originOf } from '../origins.js'
import { forLast } from '../per-file.js'
import { lastOf } from './context.js'
import type { Lowering } from './context.js'
import { endedByApi, isEndedByApi } from './ended-by-api.js'
import { endedInFinally, isEndedInFinally } from './ended-in-finally.js'
import { findErrorPaths } from './error-paths.js'
import { lowerBody, lowerStatements } from './lower.js'
import { findOwnedSpans } from './spans.js'
import type { OwnedSpan } from './spans.js'

/** A lifetime with the span that it is the life of. */
export interface OwnedLifetime {
  readonly fact: SpanLifetime
  readonly span: OwnedSpan
  /** Where the `try`s start whose `catch` an error reaches before the span is ended; null where that was not asked. */
  readonly caughtOpen: ReadonlySet<number> | null
}

/** The spans that functions of the file own, found once. */
export const ownedSpansOf: (analysis: FileAnalysis) => readonly OwnedSpan[] = forLast(findOwnedSpans)

/** How the spans of a file live, on every path of the functions that own them; worked out once for all rules. */
export const lifetimesOf = forLast((analysis: FileAnalysis): readonly OwnedLifetime[] =>
  ownedSpansOf(analysis).map((span) => lifetimeOf(span, analysis)),
)

function lifetimeOf(span: OwnedSpan, analysis: FileAnalysis): OwnedLifetime {
  const start = originOf(unwrap(span.call.callee))
  const lowering = loweringOf(span, analysis)
  const { caughtOpen, ...life } = lifeOf(span, lowering)
  // A tracer known by its name only may be a wrapper that ends what it starts: who never speaks of the end relies on it.
  const isWrapped = span.certainty === 'likely' && span.entry === 'open' && !life.ended
  const fact: SpanLifetime = {
    fact: 'span-lifetime',
    origin: originOf(span.call),
    certainty: span.certainty,
    via: span.via,
    variable: span.name,
    start,
    ...life,
    openExits: isWrapped ? [] : tellAtStart(life.openExits, span),
    recordedOnly: life.recordedOnly.length > 0 && recordsFailures(analysis) ? [] : life.recordedOnly,
  }
  return { span, fact, caughtOpen }
}

/**
 * A function that is left in a `catch` which cannot name the span, since it is a `const` of the `try`: what is to be mended is at the span,
 * and the spans of one `try` have this exit in common.
 */
function tellAtStart(exits: readonly LifetimeExit[], { variables }: OwnedSpan): readonly LifetimeExit[] {
  const blocks = [...variables].map(({ scope }) => (scope.type === 'block' ? scope.block.range : null))
  return exits.map((exit) => {
    const isNamed = blocks.some((range) => range === null || (exit.origin.start >= range[0] && exit.origin.end <= range[1]))
    return isNamed || blocks.length === 0 || !leaving.has(exit.kind) ? exit : { ...exit, atStart: true }
  })
}

const leaving: ReadonlySet<LifetimeExit['kind']> = new Set(['end-of-function', 'return', 'throw'])

/** Many spans are told by their shape, without following every path. */
function lifeOf(span: OwnedSpan, lowering: Lowering): Lifetime {
  if (isEndedByApi(span)) return endedByApi
  return isEndedInFinally(span, lowering) ? endedInFinally : followPaths(span, lowering)
}

/** A class of this file is the span, and its `recordException()` sets the status itself. */
function recordsFailures({ sourceCode }: FileAnalysis): boolean {
  return sourceCode.ast.body.some((statement) => {
    const declared = statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration' ? statement.declaration : statement
    if (declared?.type !== 'ClassDeclaration') return false
    return declared.body.body.some(
      (member) => member.type === 'MethodDefinition' && member.key.type === 'Identifier' && member.key.name === 'recordException' && /status\b/i.test(sourceCode.getText(member)),
    )
  })
}

/** A `catch` with the span that covers the work around it. */
export interface OwnedErrorPath {
  readonly fact: ErrorPath
  readonly span: OwnedSpan
}

/** The `catch` clauses around work that spans of the file cover. */
export const errorPathsOf = forLast((analysis: FileAnalysis): readonly OwnedErrorPath[] =>
  lifetimesOf(analysis).flatMap(({ span, caughtOpen }) => findErrorPaths(span, caughtOpen, loweringOf(span, analysis)).map((fact) => ({ fact, span }))),
)

/** The life of a span over every path of the function that owns it. */
export function followPaths({ call, ends, entry, owner }: OwnedSpan, lowering: Lowering): Lifetime {
  const isFile = owner.type === 'Program'
  return readLifetime({
    tree: isFile ? lowerStatements(owner.body, lowering) : lowerBody(owner, lowering),
    entry,
    start: originOf(unwrap(call.callee)),
    last: lastOf(isFile ? owner : owner.body),
    ends,
  })
}

/** How the function that owns a span is read, as the span sees it. */
export function loweringOf({ call, entry, owner, variables }: OwnedSpan, analysis: FileAnalysis): Lowering {
  const body: TSESTree.Node = owner.type === 'Program' ? owner : owner.body
  return {
    analysis,
    sourceCode: analysis.sourceCode,
    start: entry === 'none' ? call : null,
    variables,
    names: new Set([...variables].map(({ name }) => name)),
    body,
    promises: new Map(),
    returns: 'returned',
    waited: false,
    inside: owner.type === 'Program' ? [] : [owner],
  }
}
