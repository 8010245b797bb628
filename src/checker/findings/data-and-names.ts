import * as ts from '../ts.js'

import {
  type Fact,
  type Finding,
  formatMessage,
  isLibraryPurpose,
  isPathOfDatabase,
  isRenamed,
  writesBothKeys,
  isSwitchable,
  judgeFact,
  type Origin,
  type Policy,
  selectFindings,
  type Value,
} from '@spanguard/policy'

import { isReadByBackend } from '../../project/older-keys.js'
import { isTracingLibrary } from '../../project/tracing-library.js'
import type { Evaluator } from '../evaluate.js'
import type { FactReader } from '../facts/extract.js'
import { type DerivedFact, factsOfHelperCalls, type Helper } from '../facts/helper-calls.js'
import { isSwitchedOn } from '../facts/recording-switches.js'
import { functionName } from '../facts/syntax.js'
import { step } from '../places.js'
import type { Program, ProgramFile } from '../program.js'
import type { Draft } from './draft.js'

/** Rules of the preset `recommended`; the others are asked for in ESLint. */
export const judgedNames: ReadonlySet<string> = new Set([
  'no-deprecated-attributes',
  'no-dynamic-span-name',
  'no-sensitive-data',
  'no-technical-span-name',
  'no-unbounded-data',
  'span-name-present',
  'valid-attribute-value',
])

/** Without one of these in its text a file starts no span, writes to none and measures nothing (`orders.add(1, { … })`). */
const TRACING_WORDS =
  /\.(?:add|record)\(\s*[\w.]+,\s*\{|@opentelemetry\/|@spanguard\/runtime|\b(?:startSpan|startActiveSpan|withSpan|setAttributes?|addEvent|updateName|setStatus|setEntry|createBaggage)\b/

/** What a program does with spans: by file, and at the calls of the program's own helpers. */
export interface SpanFacts {
  readonly direct: ReadonlyMap<ProgramFile, readonly Fact[]>
  readonly derived: readonly DerivedFact[]
  /** The program's own functions that do something to a span by their parameters. */
  readonly helpers: readonly Helper[]
}

/** The facts of the files that say anything of tracing, and those of all calls of their helpers. */
export function readSpanFacts(program: Program, files: readonly ProgramFile[], reader: FactReader, evaluator: Evaluator): SpanFacts {
  const direct = new Map<ProgramFile, readonly Fact[]>()
  for (const file of files) if (TRACING_WORDS.test(file.root.text) || reader.namesHelper(file)) direct.set(file, reader.factsOf(file))
  return { direct, ...factsOfHelperCalls(program, files, reader, evaluator, direct) }
}

/**
 * What the policy says of names and values, over the whole program: constants of other files are known, and what helpers
 * do with their parameters is judged where they are called.
 */
export function dataAndNameFindings(program: Program, { direct, derived: derivedFacts }: SpanFacts, policyOf: (file: string) => Policy): Draft[] {
  const drafts: Draft[] = []
  const guilty = new Set<string>()
  for (const [file, facts] of direct) {
    for (const fact of facts) {
      const policy = policyOf(file.path)
      const findings = judge(fact, policy)
      if (findings.length === 0) continue
      const seenByLint = new Set(judge(fileOnly(fact), policy).map(({ rule }) => rule))
      for (const finding of findings) {
        if (isAskedFor(finding, fact, file.path, program) || writesBothKeys(finding, fact, facts) || isRenamed(finding, fact, facts) || isPathOfDatabase(finding, fact, facts)) continue
        guilty.add(keyOf(finding.rule, fact.origin))
        drafts.push(toDraft(finding, program, file.root, { leftToLint: seenByLint.has(finding.rule) && isMadeHere(fact, file), steps: [] }))
      }
    }
  }
  const said = new Map<string, ts.Node[]>()
  for (const derived of derivedFacts) {
    const { call, fact, helpers } = derived
    for (const finding of judge(fact, policyOf(call.getSourceFile().fileName))) {
      // What is wrong in a helper's body is said once, there.
      if (fact.derivedFrom !== undefined && guilty.has(keyOf(finding.rule, fact.derivedFrom))) continue
      if (isAskedFor(finding, fact, call.getSourceFile().fileName, program)) continue
      // A function that hands its parameter on is the place to mend, not each of its callers; names are its callers' choice.
      const calls = said.get(writeOf(finding.rule, fact)) ?? []
      const [outer] = helpers
      if (fact.fact === 'attribute-write' && outer !== undefined && calls.some((inner) => isInside(inner, outer))) continue
      said.set(writeOf(finding.rule, fact), [...calls, call])
      drafts.push(toDraft(finding, program, call, { leftToLint: isOfOneFile(derived), steps: stepsOf(derived) }))
    }
  }
  return drafts
}

/** What a switch lets into the trace, what a library is published to record, and what a backend reads, nobody wrote by accident. */
function isAskedFor(finding: Finding, fact: Fact, file: string, program: Program): boolean {
  if (isLibraryPurpose(finding) && isTracingLibrary(file)) return true
  if (isReadByBackend(finding, file)) return true
  if (!isSwitchable(finding)) return false
  return [finding.origin, fact.derivedFrom].some((origin) => {
    const node = origin === undefined ? null : nodeAt(program, origin)
    return node !== null && isSwitchedOn(node, program)
  })
}

/** An instrument that another file makes is unknown to ESLint. */
function isMadeHere(fact: Fact, file: ProgramFile): boolean {
  const isMetric = fact.fact === 'attribute-write' && fact.sink === 'metric-attribute'
  return !isMetric || /\bcreate(?:Observable)?(?:Counter|Gauge|Histogram|UpDownCounter)\b/.test(file.root.text)
}

/** A rule and the write that it speaks of, the same through all calls that lead to it. */
function writeOf(rule: string, fact: Fact): string {
  return `${keyOf(rule, fact.derivedFrom ?? fact.origin)}\0${'key' in fact ? fact.key.text : ''}`
}

function isInside(node: ts.Node, outer: ts.Node): boolean {
  return node.getSourceFile() === outer.getSourceFile() && node.pos >= outer.pos && node.end <= outer.end
}

function keyOf(rule: string, origin: Origin): string {
  return `${rule}\0${origin.file ?? ''}\0${String(origin.start)}`
}

const isOn = (rule: string): boolean => judgedNames.has(rule)

const judge = (fact: Fact, policy: Policy): readonly Finding[] => selectFindings(judgeFact(fact, policy, isOn), isOn)

/** The fact as ESLint sees it: what another file says of a constant is not known, nor are types. */
function fileOnly(fact: Fact): Fact {
  switch (fact.fact) {
    case 'span-start':
      return fact.name === undefined ? fact : { ...fact, name: withoutImports(fact.name) }
    case 'span-rename':
    case 'event-write':
      return { ...fact, name: withoutImports(fact.name) }
    case 'attribute-write':
    case 'baggage-write':
      return { ...fact, key: withoutImports(fact.key), value: withoutImports(fact.value) }
    case 'attribute-bag':
      return { ...fact, value: withoutImports(fact.value) }
    case 'status-write':
      return fact.message === undefined ? fact : { ...fact, message: withoutImports(fact.message) }
    default:
      return fact
  }
}

function withoutImports(value: Value): Value {
  const bare = { ...value }
  delete bare.type
  switch (bare.kind) {
    case 'reference': {
      const resolved = bare.root === 'import' || bare.resolved === undefined ? null : withoutImports(bare.resolved)
      delete bare.resolved
      return resolved === null ? bare : { ...bare, resolved }
    }
    case 'template':
    case 'concat':
      return { ...bare, parts: bare.parts.map(withoutImports) }
    case 'union':
      return { ...bare, of: bare.of.map(withoutImports) }
    case 'call': {
      const call = { ...bare, arguments: bare.arguments.map(withoutImports) }
      delete call.returns
      return call
    }
    default:
      return bare
  }
}

/** ESLint follows helpers of the file that it reads. */
function isOfOneFile({ call, helpers }: DerivedFact): boolean {
  const file = call.getSourceFile()
  return helpers.every((helper) => helper.getSourceFile() === file && ts.isIdentifier(call.expression))
}

function stepsOf({ call, helpers }: DerivedFact): Draft['steps'] {
  const names = helpers.map((helper) => `"${functionName(helper) ?? 'a function'}"`)
  return [
    step(call, `calls ${names[0] ?? 'a helper'}`),
    ...helpers.map((helper, index) =>
      step(helper.name ?? helper, index === helpers.length - 1 ? `which writes it to the span` : `which calls ${names[index + 1] ?? 'a helper'}`),
    ),
  ]
}

function toDraft(
  finding: Finding,
  program: Program,
  fallback: ts.Node,
  how: Pick<Draft, 'leftToLint' | 'steps'>,
): Draft {
  return {
    ...how,
    rule: finding.rule,
    message: formatMessage(finding),
    node: nodeAt(program, finding.origin) ?? fallback,
    service: null,
    certainty: finding.certainty,
    subject: finding.subject,
  }
}

/** The node with exactly this range. */
export function nodeAt(program: Program, origin: Origin): ts.Node | null {
  const root = origin.file === undefined ? undefined : program.file(origin.file)?.root
  if (root === undefined) return null
  let found: ts.Node | null = null
  const visit = (node: ts.Node): void => {
    if (node.pos > origin.start || node.end < origin.end) return
    if (node.getStart(root) === origin.start && node.end === origin.end) found = node
    ts.forEachChild(node, visit)
  }
  visit(root)
  return found
}
