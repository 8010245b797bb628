import { readFileSync } from 'node:fs'
import path from 'node:path'

import type { Fact, Origin, Value } from '@spanguard/policy'
import type { ts } from 'ts-morph'

import { whyOutOfScope } from '../../project/file-scope.js'
import { loadConfig } from '../../settings/load-config.js'
import { analyse, type Analysis, type AnalyseOptions } from '../analyse.js'
import type { Recognition } from '../facts/extract.js'
import { functionName } from '../facts/syntax.js'
import { serviceFinder } from '../inventory/collect.js'
import { originOf, type Step } from '../places.js'
import { UsageError } from '../problem.js'
import type { CheckFinding } from '../result.js'
import { describeValue } from './values.js'
import { type Verdict, verdictsOf, wordsOnKey } from './verdicts.js'

/** A named value of a fact (its key, its name) and how the checker read it. */
export interface ExplainedValue {
  readonly label: string
  readonly text: string
  readonly lines: readonly string[]
}

/** One thing that stands on a line, with how it was recognised and what is said of it. */
export interface Explained {
  /** `span start`, `attribute write`, `handler`, … */
  readonly what: string
  readonly origin: Origin
  /** How it was recognised, in a sentence. */
  readonly recognised: string
  readonly values: readonly ExplainedValue[]
  readonly verdicts: readonly Verdict[]
  /** What else speaks for or against it. */
  readonly notes: readonly string[]
  readonly steps: readonly Step[]
}

export interface Explanation {
  readonly root: string
  /** Absolute. */
  readonly file: string
  readonly line: number
  /** The line's text. */
  readonly text: string
  /** Why nothing of the file is judged; null where it is. */
  readonly silent: string | null
  /** The services that load the file. */
  readonly services: readonly string[]
  readonly explained: readonly Explained[]
  /** Findings on the line that no fact above accounts for: how spans end, how errors reach them, how tracing is set up. */
  readonly findings: readonly CheckFinding[]
  /** The nearest lines of the file on which something stands, where this one has nothing. */
  readonly nearest: readonly number[]
}

export interface ExplainOptions extends AnalyseOptions {
  /** Relative to `cwd`, or absolute. */
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** The findings of a run over the same program. */
  readonly findingsOf: (analysis: Analysis) => readonly CheckFinding[]
}

/**
 * How receiver, value and verdict were reached for what stands on a line: the checker's own facts, told. Touches neither process
 * nor console.
 *
 * @throws UsageError when there is no such file or line
 * @throws ConfigError when a spanguard.config file is not valid or cannot be loaded
 */
export async function explainLine(options: ExplainOptions): Promise<Explanation> {
  const file = path.resolve(options.cwd, options.file)
  const lines = readLines(file, options.file)
  const { line } = options
  const text = lines[line - 1]
  if (text === undefined) throw new UsageError(`${options.file} has ${String(lines.length)} lines: there is no line ${String(line)}.`)
  const analysis = await analyse(options)
  const base = { root: analysis.root, file, line, text }
  const { policy } = await loadConfig(path.dirname(file))
  const silent = whySilent(file, lines.join('\n'), analysis, policy)
  if (silent !== null) return { ...base, silent, services: [], explained: [], findings: [], nearest: [] }
  const all = everythingIn(file, analysis)
  const explained = all.filter((one) => isOnLine(one, line)).map((one) => one.explain())
  const said = new Set(explained.flatMap(({ verdicts }) => verdicts.map(({ rule }) => rule)))
  const findings = options.findingsOf(analysis).filter((finding) => finding.file === file && finding.origin.from.line <= line && line <= finding.origin.to.line && !said.has(finding.rule))
  return { ...base, silent: null, services: serviceFinder(analysis)(file), explained, findings, nearest: explained.length + findings.length > 0 ? [] : nearestLines(all, line) }
}

function readLines(file: string, given: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/u)
  } catch (error) {
    throw new UsageError(`${given} cannot be read (${error instanceof Error ? error.message.replace(/,.*$/su, '') : String(error)}): give a source file and a line, as in src/orders.ts:12.`)
  }
}

function whySilent(file: string, text: string, analysis: Analysis, policy: Parameters<typeof whyOutOfScope>[2]): string | null {
  const broken = analysis.program.broken.find((one) => one.path === file)
  if (broken !== undefined) return `It does not parse (line ${String(broken.line)}: ${broken.message.replace(/\.$/u, '')}), so that nothing of it is judged.`
  if (analysis.inScope.some((one) => one.path === file)) return null
  switch (whyOutOfScope(file, text, policy, analysis.root)) {
    case 'files':
      return 'A pattern of "files.tests" or "files.ignore" of the config names it: tests and ignored files are not judged.'
    case 'built':
      return 'It is the output of a compiler or bundler (it ends in a sourceMappingURL): its source is judged.'
    case 'elsewhere':
      return 'It is code for a browser, a phone or a load generator by what it imports, which no service runs.'
    case 'test-runner':
      return 'It imports a test runner: tests are not judged.'
    case 'page':
      return 'It is code of a page in a browser, which no service runs.'
    case 'react-native':
      return 'Its package is a React Native app, which no service runs.'
    case null:
      return 'It is no part of the program that was read: no tsconfig, package or path of this run takes it in.'
  }
}

/** Something that stands in the file; told only when it is asked for. */
interface Standing {
  readonly places: readonly Origin[]
  readonly explain: () => Explained
}

function isOnLine({ places }: Standing, line: number): boolean {
  return places.some(({ from }) => from.line === line)
}

function everythingIn(file: string, analysis: Analysis): readonly Standing[] {
  const known = analysis.program.file(file)
  if (known === null) return []
  const calls = new Map(analysis.reader.callsOf(known).map((call) => [rangeKey(call.getStart(), call.end), call]))
  const direct = analysis.facts.direct.get(known) ?? []
  const facts = direct.map((fact) => ofFact(fact, calls.get(rangeKey(fact.origin.start, fact.origin.end)) ?? null, file, analysis))
  const derived = analysis.facts.derived.filter(({ call }) => call.getSourceFile().fileName === file).map(({ call, fact, helpers }) => ofHelperCall(fact, call, helpers, file, analysis))
  const recognised = new Set(direct.map((fact) => rangeKey(fact.origin.start, fact.origin.end)))
  const others = [...calls.values()].flatMap((call) => {
    const found = recognised.has(rangeKey(call.getStart(), call.end)) ? null : analysis.reader.recognitionOf(call)
    // What is recognised and says nothing (a `getTracer`, an `end`) is no riddle.
    return found === null || (found.tier !== null && found.tier !== 'other') ? [] : [ofStranger(found, call)]
  })
  return [...facts, ...derived, ...others, ...handlersIn(file, analysis)]
}

/** A call of a chain begins where the call before it does. */
function rangeKey(start: number, end: number): string {
  return `${String(start)}:${String(end)}`
}

function ofFact(fact: Fact, call: ts.CallExpression | ts.NewExpression | null, file: string, analysis: Analysis): Standing {
  return {
    places: placesOf(fact, file),
    explain: () => {
      const found = call === null ? null : analysis.reader.recognitionOf(call)
      return { ...tell(fact, file, analysis), recognised: found === null ? `${fact.via.method} of ${fact.via.api}` : sentenceOf(found, fact), steps: [] }
    },
  }
}

function ofHelperCall(fact: Fact, call: ts.CallExpression, helpers: readonly ts.FunctionLikeDeclaration[], file: string, analysis: Analysis): Standing {
  const names = helpers.map((helper) => functionName(helper) ?? 'a function without a name')
  return {
    places: [originOf(call), ...placesOf(fact, file)],
    explain: () => ({
      ...tell(fact, file, analysis),
      recognised: `${names[0] ?? 'the called function'} is a helper of the program: what it does with its parameters is said of these arguments (certain)`,
      steps: helpers.map((helper, index) => {
        const origin = originOf(helper.name ?? helper)
        return { file: origin.file ?? '', origin, text: index === helpers.length - 1 ? `${names[index] ?? ''} does it` : `${names[index] ?? ''} calls ${names[index + 1] ?? ''}` }
      }),
    }),
  }
}

/** A call that looks like one of a tracing API and is none. */
function ofStranger({ method, receiver, tier }: Recognition, call: ts.CallExpression | ts.NewExpression): Standing {
  const origin = originOf(call)
  return {
    places: [origin],
    explain: () => ({
      what: 'no call of a tracing API',
      origin,
      recognised: tier === 'other' ? `"${receiver}" has .${method}(…), and the program shows that it is no span and no tracer` : `nothing shows what "${receiver}" is: neither the code nor its types, and .${method}(…) on a thing of this name is no proof`,
      values: [], verdicts: [], steps: [],
      notes: tier === 'other' ? [] : ['If it is a span, give it a type (Span of @opentelemetry/api), or declare what makes it in "helpers" of the config.'],
    }),
  }
}

function tell(fact: Fact, file: string, analysis: Analysis): Pick<Explained, 'notes' | 'origin' | 'values' | 'verdicts' | 'what'> {
  const words = wordsOnKey(fact, analysis.policyOf(file))
  return {
    what: fact.fact.replaceAll('-', ' '),
    origin: fact.origin,
    values: namedValues(fact).map(({ label, value }) => ({ label, text: value.text, lines: describeValue(value) })),
    verdicts: verdictsOf(fact, file, analysis),
    notes: [...(words === null ? [] : [words]), ...(fact.fact === 'span-start' ? lifeOf(fact) : [])],
  }
}

function lifeOf(fact: Extract<Fact, { fact: 'span-start' }>): readonly string[] {
  return [`${fact.spanKind === undefined ? 'no kind is given' : `kind ${fact.spanKind}`}, ${fact.active ? 'active for its callback' : 'not made active'}, ${fact.ends ? 'ended by the API' : 'ended by this code'}`]
}

function namedValues(fact: Fact): readonly { readonly label: string; readonly value: Value }[] {
  switch (fact.fact) {
    case 'span-start':
      return fact.name === undefined ? [] : [{ label: 'name', value: fact.name }]
    case 'span-rename':
    case 'event-write':
      return [{ label: 'name', value: fact.name }]
    case 'attribute-write':
    case 'baggage-write':
      return [{ label: 'key', value: fact.key }, { label: 'value', value: fact.value }]
    case 'attribute-bag':
    case 'exception-write':
      return [{ label: 'value', value: fact.value }]
    case 'status-write':
      return fact.message === undefined ? [] : [{ label: 'message', value: fact.message }]
    default:
      return []
  }
}

/** Where a fact stands: its call, and in a call of many lines what it speaks of. */
function placesOf(fact: Fact, file: string): readonly Origin[] {
  const inner = fact.derivedFrom === undefined ? namedValues(fact).map(({ value }) => value.origin) : []
  const own = fact.fact === 'attribute-write' && fact.derivedFrom === undefined ? [fact.entry, ...inner] : [fact.origin, ...inner]
  return own.filter((origin) => origin.file === undefined || origin.file === file)
}

function sentenceOf({ method, receiver, tier }: Recognition, fact: Fact): string {
  const call = receiver === '' ? method : `${receiver}.${method}`
  switch (tier) {
    case 'code':
      return `${call}: the program's code shows that "${receiver}" is of ${fact.via.api} (certain)`
    case 'types':
      return `${call}: the type of "${receiver}" has what a span has (certain)`
    case 'name':
      return `${call}: "${receiver}" is called like one and has a method that nothing else has (likely)`
    case 'config':
      return `${call}: "helpers" of the config declares it (certain)`
    default:
      return `${call} of ${fact.via.api} (certain)`
  }
}

function handlersIn(file: string, { verdicts }: Analysis): readonly Standing[] {
  return verdicts.filter(({ site }) => site.file === file).map((verdict) => {
    const origin = originOf(verdict.site.node)
    const name = [verdict.site.method, verdict.site.route].filter(Boolean).join(' ')
    return {
      places: [origin],
      explain: (): Explained => ({
        what: 'handler',
        origin,
        recognised: `${name === '' ? 'a handler' : name} of ${verdict.site.descriptor.label}, in service "${verdict.service.name}"`,
        values: [], verdicts: [],
        notes: [`${verdict.status === 'other-apm' ? "traced by another vendor's APM" : verdict.status}: ${verdict.by}${verdict.conditional ? ', under a condition' : ''}`],
        steps: verdict.steps,
      }),
    }
  })
}

/** At most so many lines are offered. */
const maxNearest = 5

function nearestLines(all: readonly Standing[], line: number): readonly number[] {
  const lines = new Set(all.flatMap(({ places }) => places.map(({ from }) => from.line)))
  return [...lines].toSorted((a, b) => Math.abs(a - line) - Math.abs(b - line)).slice(0, maxNearest).toSorted((a, b) => a - b)
}
