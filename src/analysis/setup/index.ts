import type { ContextBreak, ExporterEndpoint, Setup, SetupOrder, SpanOutput } from '@spanguard/policy'
import type { RuleContext } from '@typescript-eslint/utils/ts-eslint'

import { WEB_SDK } from '../../project/file-scope.js'
import { analyzeFile, type FileAnalysis } from '../index.js'
import { matchesApproved } from './approved.js'
import { readOrder } from './order.js'
import { readEndpoints, readOutputs } from './outputs.js'
import { readContextBreaks } from './propagation.js'
import { readProviders, type SetupContext } from './providers.js'
import { readSetupCall } from './setup-calls.js'

/** What one file says of how tracing is set up. Each part is read when a rule asks for it. */
export interface SetupAnalysis {
  readonly analysis: FileAnalysis
  readonly providers: readonly Setup[]
  readonly outputs: readonly SpanOutput[]
  readonly endpoints: readonly ExporterEndpoint[]
  readonly order: readonly SetupOrder[]
  readonly contextBreaks: readonly ContextBreak[]
  /** The file is one of the config's `setup.approved`. */
  readonly isApproved: boolean
}

type AnyContext = Readonly<Pick<RuleContext<string, readonly unknown[]>, 'sourceCode' | 'filename' | 'settings' | 'cwd'>>

const known = new WeakMap<FileAnalysis, SetupAnalysis>()

/**
 * The setup of one file, made once for all rules; null where the file is out of scope.
 *
 * @throws ConfigError when the settings or the nearest config file are not valid
 */
export function analyzeSetup(context: AnyContext): SetupAnalysis | null {
  const analysis = analyzeFile(context)
  if (analysis.outOfScope || WEB_SDK.test(context.sourceCode.text)) return null
  let setup = known.get(analysis)
  if (setup === undefined) {
    setup = createSetup(analysis, context.filename)
    known.set(analysis, setup)
  }
  return setup
}

function createSetup(analysis: FileAnalysis, filename: string): SetupAnalysis {
  const { sourceCode } = analysis
  const approved = analysis.config.setup?.approved ?? []
  const setupContext: SetupContext = {
    sourceCode,
    filename,
    get calls() {
      return analysis.calls
    },
  }
  const getCalls = once(() =>
    setupContext.calls.flatMap((node) => {
      const call = readSetupCall(node, sourceCode)
      return call === null ? [] : [call]
    }),
  )
  const getProviders = once(() => readProviders(getCalls(), setupContext))
  const getOutputs = once(() => readOutputs(getCalls(), setupContext))
  const getEndpoints = once(() => readEndpoints(getCalls(), setupContext))
  const getOrder = once(() => readOrder(getCalls, [...approved, ...(analysis.config.setup?.accept ?? [])], setupContext))
  const getBreaks = once(() => readContextBreaks(analysis, filename))
  return {
    analysis,
    isApproved: matchesApproved(filename, approved),
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

function once<Result>(make: () => Result): () => Result {
  let made: { readonly result: Result } | null = null
  return () => {
    made ??= { result: make() }
    return made.result
  }
}
