import type { Config, Handler } from '@spanguard/policy'

import { type FrameworkDescriptor, withDeclared } from '../frameworks/index.js'
import { type DeclaredFunctions, getDeclaredFunctions, noFunctions } from '../project/declared-functions.js'
import { type ExportCandidate, type ExportedHandler, factOfExport, findExportCandidates, readDecorator, readExportedHandlers } from './handlers/declared.js'
import { createObjectFinder, type ObjectFinder } from './handlers/objects.js'
import { factsOfHandlerCall, type FrameworkCall, isMachinery, readFrameworkCalls } from './handlers/registrations.js'
import { type FileAnalysis, once } from './index.js'
import { perFile } from './per-file.js'

/** All that one file says about handlers. */
export interface FileHandlers {
  readonly frameworks: readonly FrameworkDescriptor[]
  readonly finder: ObjectFinder
  /** Calls that register, mount or serve, in source order. */
  readonly calls: readonly FrameworkCall[]
  readonly exported: readonly ExportedHandler[]
  /** The files that declare this file's functions start a tracer around them. */
  readonly functionsTraced: boolean
  /** One for each handler, in source order. */
  readonly facts: readonly Handler[]
}

const found = perFile((): { handlers?: FileHandlers | null } => ({}))

/**
 * The handlers of a file, read once for all rules.
 *
 * @param filename absolute path, which tells Next.js files and declared functions
 * @returns null for a file whose text has nothing of any framework
 */
export function findHandlers(analysis: FileAnalysis, filename: string): FileHandlers | null {
  const kept = found(analysis.sourceCode)
  if (kept.handlers === undefined) kept.handlers = readHandlers(analysis, filename)
  return kept.handlers
}

/**
 * Can a file of this text and name hold a handler at all? Asked before there is a tree.
 *
 * @param filename absolute path
 */
export function mayHaveHandlers(config: Config, text: string, filename: string): boolean {
  const found = findCandidates(config, text, filename)
  last = { config, text, filename, found }
  return found.frameworks.length > 0 || found.exports.length > 0
}

/** What the text and the name of a file leave to look for in its tree. */
interface Candidates {
  readonly frameworks: readonly FrameworkDescriptor[]
  readonly exports: readonly ExportCandidate[]
  readonly declared: DeclaredFunctions
}

/** What was found before there was a tree, for the file that was asked about last. */
let last: { readonly config: Config; readonly text: string; readonly filename: string; readonly found: Candidates } | null = null

function takeCandidates({ config, sourceCode: { text } }: FileAnalysis, filename: string): Candidates {
  const asked = last
  last = null
  if (asked?.config === config && asked.filename === filename && asked.text === text) return asked.found
  return findCandidates(config, text, filename)
}

function findCandidates(config: Config, text: string, filename: string): Candidates {
  const all = withDeclared(config.frameworks ?? [])
  const mentioned = readMentioned(all, text)
  // Next.js is all exports: `next/link` in a component is no reason to look at every call.
  const frameworks = mentioned.length === 0 ? mentioned : mentioned.filter((row) => row.handlers.length > 0 || row.decorators !== undefined)
  const declared = text.includes('export') && !/\.[jt]sx$/.test(filename) ? getDeclaredFunctions(filename) : noFunctions
  return { frameworks, declared, exports: findExportCandidates(all, mentioned, filename, declared.names) }
}

function readHandlers(analysis: FileAnalysis, filename: string): FileHandlers | null {
  const { frameworks, exports, declared } = takeCandidates(analysis, filename)
  const exported = readExportedHandlers(exports, declared.names, analysis)
  if (frameworks.length === 0 && exported.length === 0) return null
  const finder = createObjectFinder(frameworks, analysis.sourceCode)
  const calls = frameworks.length === 0 ? [] : readFrameworkCalls(analysis.calls, frameworks, finder, analysis)
  const decorated = frameworks.every((row) => row.decorators === undefined) ? [] : analysis.calls.flatMap((call) => readDecorator(call, frameworks, analysis) ?? [])
  const facts = once(() =>
    [
      ...calls.flatMap((call) => (call.kind === 'handler' && !isMachinery(call, analysis) ? factsOfHandlerCall(call, analysis) : [])),
      ...decorated,
      ...exported.map(factOfExport),
    ].sort((a, b) => a.origin.start - b.origin.start || a.origin.end - b.origin.end),
  )
  return {
    frameworks,
    finder,
    calls,
    exported,
    functionsTraced: declared.traced,
    get facts() {
      return facts()
    },
  }
}

const none: readonly FrameworkDescriptor[] = []
const mentions = new WeakMap<readonly FrameworkDescriptor[], Mentions>()

/** What finds frameworks in a text. */
interface Mentions {
  /** Any of their modules behind a quote, with what may follow it up to the next. */
  readonly pattern: RegExp
  readonly byModule: ReadonlyMap<string, readonly FrameworkDescriptor[]>
}

/** The frameworks of which the text holds a module as a string: most files have none, and one look is all they cost. */
function readMentioned(all: readonly FrameworkDescriptor[], text: string): readonly FrameworkDescriptor[] {
  let known = mentions.get(all)
  if (known === undefined) {
    known = toMentions(all)
    mentions.set(all, known)
  }
  const { byModule, pattern } = known
  pattern.lastIndex = 0
  let match = pattern.exec(text)
  if (match === null) return none
  const found = new Set<FrameworkDescriptor>()
  for (; match !== null; match = pattern.exec(text)) {
    const specifier = match[1] ?? ''
    // A module is spoken of by its name and by every path below it.
    for (let end = specifier.length; end > 0; end = specifier.lastIndexOf('/', end - 1)) {
      for (const framework of byModule.get(specifier.slice(0, end)) ?? none) found.add(framework)
    }
  }
  return all.filter((framework) => found.has(framework))
}

function toMentions(all: readonly FrameworkDescriptor[]): Mentions {
  const byModule = new Map<string, FrameworkDescriptor[]>()
  for (const framework of all) {
    for (const pattern of framework.modules) {
      const module = pattern.replace(/\/\*$/, '')
      byModule.set(module, [...(byModule.get(module) ?? []), framework])
    }
  }
  const names = [...byModule.keys()].map((module) => module.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = names.length === 0 ? /(?!)/g : new RegExp(`['"\`]((?:${names.join('|')})(?=['"\`/])[^'"\`\n]*)`, 'g')
  return { pattern, byModule }
}
