import path from 'node:path'

import type { Config, Fact, Origin, Policy } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { RuleContext } from '@typescript-eslint/utils/ts-eslint'

import { isOutOfScope } from '../project/file-scope.js'
import { folderOf, forAMoment } from '../project/moment.js'
import { type Place, placeOf, unheardPlaces } from '../project/places.js'
import { findOwnConfig } from '../settings/config-file.js'
import { getSettings, getSettingsBeside, type Settings } from '../settings/index.js'
import { readDeclaredHelpers, wordOfHelper } from '../otel/declared-helpers.js'
import { mayConcernSetup, mayHoldSetup, setupWords } from '../otel/setup.js'
import { tracingWords } from '../otel/words.js'
import { factsOfCall, readTracingCall, type TracingCall } from './extract.js'
import { factsOfLocalHelpers } from './local-helpers.js'
import { nodeOf } from './origins.js'
import { perFile } from './per-file.js'
import type { ReceiverContext } from './receivers.js'
import { nodesOf } from './walk.js'

/** What is known of a file before its tree is looked at. */
export interface OpenFile {
  /** Absolute path, as the linter names it. */
  readonly filename: string
  readonly config: Config
  readonly policy: Policy
  /** False for files whose words have nothing to do with tracing: rules about spans return `{}` for them. */
  readonly mentionsTracing: boolean
  /** False for files whose words have nothing to do with how tracing is set up. */
  readonly mentionsSetup: boolean
  /** False for files that name no module of the SDK, of an exporter or of a distribution: no call in them sets tracing up. */
  readonly holdsSetup: boolean
  /** True for tests and for code that no service runs; every rule is silent there. */
  readonly outOfScope: boolean
  /** Where it stands among what is no service: examples, benchmarks, tools; null where a service may stand. */
  readonly place: Place | null
  /** The rules that have opened it: all of them, once the first node is visited. */
  readonly openedBy: ReadonlySet<string>
  /** All the rest, from the tree. */
  readonly analysis: FileAnalysis
}

/** All that the rules know of one file. Lazy: nothing is walked before a rule asks. */
export interface FileAnalysis extends ReceiverContext {
  /** Absolute path. */
  readonly filename: string
  readonly config: Config
  readonly policy: Policy
  /** Every call and `new` of the file, in source order. */
  readonly calls: readonly (TSESTree.CallExpression | TSESTree.NewExpression)[]
  /** The calls of a tracing API, with the row that each is an instance of. */
  readonly tracingCalls: ReadonlyMap<TSESTree.Node, TracingCall>
  /** In source order; those of same-file helpers' call sites come last. */
  readonly facts: readonly Fact[]
  factsOf<Kind extends Fact['fact']>(kind: Kind): readonly Extract<Fact, { fact: Kind }>[]
  nodeOf(origin: Origin): TSESTree.Node
}

type AnyContext = Readonly<Pick<RuleContext<string, readonly unknown[]>, 'sourceCode' | 'filename' | 'settings' | 'cwd'>>
type RuleOfFile = AnyContext & Readonly<Pick<RuleContext<string, readonly unknown[]>, 'id'>>

const keptAnalysis = perFile((): { analysis: FileAnalysis | null } => ({ analysis: null }))

let last: { readonly source: unknown; readonly filename: string; readonly text: string; readonly openedBy: Set<string>; readonly file: OpenFile } | null = null

/**
 * Opens a file for a rule, which does so once, in `create`. Nothing of the tree is touched: in oxlint a tree that no rule
 * asks for is never made, and the source code is one object for all files, so that a rule which comes again tells that
 * the file is linted anew.
 *
 * @throws ConfigError when the settings or the nearest config file are not valid
 */
export function openFile(context: RuleOfFile): OpenFile {
  const { file, openedBy } = findFile(context)
  openedBy.add(context.id)
  return file
}

/**
 * Does a file say nothing of tracing and of its setup at all? Most files of a code base do not, and a rule that is asked here first costs
 * a third of one that opens the file.
 *
 * @throws ConfigError when the settings or the nearest config file are not valid
 */
export function isSilentFile(context: RuleOfFile): boolean {
  const { file } = findFile(context)
  return !file.mentionsTracing && !file.mentionsSetup
}

/** Does a file with words of tracing stand where nobody acts on what a rule says? The others are not asked after: their folders cost more than a look. */
export function isUnheard(context: RuleOfFile): boolean {
  const { file } = findFile(context)
  return (file.mentionsTracing || file.mentionsSetup) && file.place !== null && unheardPlaces.has(file.place)
}

function findFile(context: RuleOfFile): NonNullable<typeof last> {
  const { filename, id, sourceCode } = context
  const { text } = sourceCode
  if (last === null || last.source !== sourceCode || last.filename !== filename || last.openedBy.has(id) || last.text !== text) {
    const openedBy = new Set<string>()
    last = { source: sourceCode, filename, text, openedBy, file: createFile(context, openedBy) }
  }
  return last
}

function createFile(context: AnyContext, openedBy: ReadonlySet<string>): OpenFile {
  const { config, file, folder, policy } = settingsOf(context)
  return new FileBeforeTree(context, config, policy, file === null ? context.cwd : folder, openedBy)
}

const settingsBy = new WeakMap<object, (folder: string) => Settings>()
const nearestSettings = askFor({})

/** A run asks for the settings of the same folders hundreds of times a second, an editor at each key. */
function settingsOf({ filename, settings }: AnyContext): Settings {
  // ESLint makes an object for every file when the config has no settings at all; only what stands under our name is one for all.
  const own = settings['spanguard']
  if (own === undefined) return nearestSettings(folderOf(filename))
  if (typeof own !== 'object' || own === null) return getSettings(settings, filename)
  const ask = settingsBy.get(own) ?? askFor(settings)
  settingsBy.set(own, ask)
  return ask(folderOf(filename))
}

function askFor(settings: AnyContext['settings']): (folder: string) => Settings {
  return forAMoment((folder) => getSettingsBeside(settings, nearestConfig(folder)))
}

/** The files of a run stand in few folders below the same ones. */
const nearestConfig = forAMoment((folder): string | null => {
  const parent = path.dirname(folder)
  return findOwnConfig(folder) ?? (parent === folder ? null : nearestConfig(parent))
})

/** A class, since one is made for every file of a run, most of which are asked two questions and no more. */
class FileBeforeTree implements OpenFile {
  readonly filename: string
  readonly config: Config
  readonly policy: Policy
  readonly openedBy: ReadonlySet<string>
  private readonly context: AnyContext
  /** What the policy's patterns are relative to. */
  private readonly folder: string
  private isMentioned: boolean | null = null
  private isSetup: boolean | null = null
  private isHolding: boolean | null = null
  private isOut: boolean | null = null
  private standsIn: Place | null | undefined
  private kept: FileAnalysis | null = null

  constructor(context: AnyContext, config: Config, policy: Policy, folder: string, openedBy: ReadonlySet<string>) {
    this.filename = context.filename
    this.config = config
    this.policy = policy
    this.openedBy = openedBy
    this.context = context
    this.folder = folder
    if (!concerningWords.test(context.sourceCode.text)) {
      this.isSetup = false
      if (config.helpers === undefined) this.isMentioned = false
    }
  }

  get mentionsTracing(): boolean {
    return (this.isMentioned ??= mentionsTracing(this.config, this.context.sourceCode.text))
  }

  get mentionsSetup(): boolean {
    return (this.isSetup ??= mayConcernSetup(this.context.sourceCode.text))
  }

  get holdsSetup(): boolean {
    return (this.isHolding ??= this.mentionsSetup && mayHoldSetup(this.context.sourceCode.text))
  }

  get outOfScope(): boolean {
    return (this.isOut ??= isOutOfScope(this.filename, this.context.sourceCode.text, this.policy, this.folder))
  }

  get place(): Place | null {
    if (this.standsIn === undefined) this.standsIn = placeOf(path.resolve(this.context.cwd, this.filename), this.context.cwd)
    return this.standsIn
  }

  get analysis(): FileAnalysis {
    return (this.kept ??= keepAnalysis(this.context, this.config, this.policy))
  }
}

/** Without one of these a file has to do neither with spans nor with setup: one look instead of two for most files of a run. */
const concerningWords = new RegExp(`${tracingWords.source}|${setupWords.source}`, 'i')

/** Can a file of this text start spans or write to them? */
export function mentionsTracing(config: Config, text: string): boolean {
  return tracingWords.test(text) || (config.helpers ?? []).some((helper) => text.includes(wordOfHelper(helper)))
}

/**
 * What one file says about tracing, made once for all rules. Cached by the file's tree, so that a long-lived editor, which
 * parses anew after each keystroke, never gets a stale answer.
 *
 * @throws ConfigError when the settings or the nearest config file are not valid
 */
export function analyzeFile(context: AnyContext): FileAnalysis {
  const { config, policy } = settingsOf(context)
  return keepAnalysis(context, config, policy)
}

function keepAnalysis(context: AnyContext, config: Config, policy: Policy): FileAnalysis {
  return (keptAnalysis(context.sourceCode).analysis ??= createAnalysis(context, config, policy))
}

function createAnalysis({ cwd, filename, sourceCode }: AnyContext, config: Config, policy: Policy): FileAnalysis {
  const helpers = readDeclaredHelpers(config.helpers ?? [])
  const context: ReceiverContext = { sourceCode, helpers }
  const getTracingCalls = once(() => {
    const found = new Map<TSESTree.Node, TracingCall>()
    // A framework's file asks too, to see whether its own functions trace.
    if (!mentionsTracing(config, sourceCode.text)) return found
    for (const node of nodesOf(sourceCode).calls) {
      const call = readTracingCall(node, context)
      if (call !== null) found.set(node, call)
    }
    return found
  })
  const getFacts = once(() => {
    const direct = [...getTracingCalls().values()].flatMap((call) => factsOfCall(call, context))
    return [...direct, ...factsOfLocalHelpers(direct, nodesOf(sourceCode).calls, context)]
  })
  const getByKind = once(() => groupByKind(getFacts()))
  return {
    ...context,
    get filename() {
      return path.resolve(cwd, filename)
    },
    config,
    policy,
    nodeOf,
    get calls() {
      return nodesOf(sourceCode).calls
    },
    get tracingCalls() {
      return getTracingCalls()
    },
    get facts() {
      return getFacts()
    },
    factsOf<Kind extends Fact['fact']>(kind: Kind) {
      return (getByKind().get(kind) ?? []) as Extract<Fact, { fact: Kind }>[]
    },
  }
}

function groupByKind(facts: readonly Fact[]): Map<Fact['fact'], Fact[]> {
  const byKind = new Map<Fact['fact'], Fact[]>()
  for (const fact of facts) {
    const group = byKind.get(fact.fact)
    if (group === undefined) byKind.set(fact.fact, [fact])
    else group.push(fact)
  }
  return byKind
}

/** Makes something when it is first asked for, and only then. */
export function once<Result>(make: () => Result): () => Result {
  let made: { readonly result: Result } | null = null
  return () => {
    made ??= { result: make() }
    return made.result
  }
}
