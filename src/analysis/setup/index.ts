import type { Config, ContextBreak, ExporterEndpoint, Setup, SetupOrder, SpanOutput } from '@spanguard/policy'
import type { RuleContext } from '@typescript-eslint/utils/ts-eslint'

import { WEB_SDK } from '../../project/file-scope.js'
import { type FileAnalysis, once, type OpenFile, openFile } from '../index.js'
import { forLast } from '../per-file.js'
import { matchesApproved } from './approved.js'
import { readOrder } from './order.js'
import { readEndpoints, readOutputs } from './outputs.js'
import { readContextBreaks } from './propagation.js'
import { readProviders, type SetupContext } from './providers.js'
import { readSetupCall } from './setup-calls.js'

/** What one file says of how tracing is set up. Each part is read when a rule asks for it. */
export interface SetupAnalysis {
  readonly config: Config
  readonly analysis: FileAnalysis
  readonly providers: readonly Setup[]
  readonly outputs: readonly SpanOutput[]
  readonly endpoints: readonly ExporterEndpoint[]
  readonly order: readonly SetupOrder[]
  readonly contextBreaks: readonly ContextBreak[]
  /** The file is one of the config's `setup.approved`. */
  readonly isApproved: boolean
}

type RuleOfFile = Readonly<Pick<RuleContext<string, readonly unknown[]>, 'id' | 'sourceCode' | 'filename' | 'settings' | 'cwd'>>

const known = forLast((_: OpenFile): { setup?: SetupAnalysis | null } => ({}))

/**
 * The setup of one file, made once for all rules; null where the file is out of scope. A rule asks once, in `create`.
 *
 * @throws ConfigError when the settings or the nearest config file are not valid
 */
export function analyzeSetup(context: RuleOfFile): SetupAnalysis | null {
  return setupOf(openFile(context), context)
}

/**
 * The setup of a file that holds calls of it and one of the rule's words; null where it holds none, or is out of scope. Few files hold
 * calls, which one look tells all rules.
 *
 * @param words without which the rule has nothing to say of a file
 */
export function analyzeSetupWith(words: RegExp, context: RuleOfFile): SetupAnalysis | null {
  const file = openFile(context)
  return file.holdsSetup && words.test(context.sourceCode.text) ? setupOf(file, context) : null
}

/** The same for a file that the rule has opened already. */
export function setupOf(file: OpenFile, context: RuleOfFile): SetupAnalysis | null {
  const kept = known(file)
  if (kept.setup === undefined) kept.setup = WEB_SDK.test(context.sourceCode.text) || file.outOfScope ? null : createSetup(file, context)
  return kept.setup
}

function createSetup(file: OpenFile, { filename, sourceCode }: RuleOfFile): SetupAnalysis {
  const { config } = file
  const approved = config.setup?.approved ?? []
  const setupContext: SetupContext = {
    sourceCode,
    filename,
    get place() {
      return file.place
    },
    get calls() {
      return file.analysis.calls
    },
  }
  const getCalls = once(() => {
    if (!file.holdsSetup) return []
    return setupContext.calls.flatMap((node) => {
      const call = readSetupCall(node, sourceCode)
      return call === null ? [] : [call]
    })
  })
  const getProviders = once(() => readProviders(getCalls(), setupContext))
  const getOutputs = once(() => readOutputs(getCalls(), setupContext))
  const getEndpoints = once(() => readEndpoints(getCalls(), setupContext))
  const getOrder = once(() => readOrder(getCalls, [...approved, ...(config.setup?.accept ?? [])], setupContext))
  const getBreaks = once(() => readContextBreaks(file.analysis, filename))
  return {
    config,
    get analysis() {
      return file.analysis
    },
    get isApproved() {
      return matchesApproved(filename, approved)
    },
    get providers() {
      return getProviders()
    },
    get outputs() {
      return getOutputs()
    },
    get endpoints() {
      return getEndpoints()
    },
    get order() {
      return getOrder()
    },
    get contextBreaks() {
      return getBreaks()
    },
  }
}
