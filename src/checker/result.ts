import type { Certainty, Origin } from '@spanguard/policy'
import type { Problem } from './problem.js'
import type { Step } from './places.js'

/** One finding, ready to be written in any format. */
export interface CheckFinding {
  /** Without prefix: `require-handler-tracing`. */
  readonly rule: string
  readonly severity: 'error' | 'warn'
  /** What is wrong, why it matters in a trace, what to write instead. */
  readonly message: string
  /** Absolute path. */
  readonly file: string
  readonly origin: Origin
  /** The service that it concerns, where it concerns one. */
  readonly service: string | null
  /** The way that explains it, from the start command or the registration to the place. */
  readonly steps: readonly Step[]
  readonly certainty: Certainty
  /** The lines around it, so that reports need to read no file. */
  readonly excerpt: { readonly firstLine: number; readonly lines: readonly string[] }
  /** Stays the same when lines above it move. */
  readonly fingerprint: string
}

/** One handler as reports and the inventory show it. */
export interface HandlerResult {
  readonly framework: string
  readonly method: string | null
  readonly route: string | null
  readonly file: string
  readonly origin: Origin
  readonly status: 'traced' | 'untraced' | 'other-apm' | 'ignored'
  /** What traces it, or why nothing does. */
  readonly by: string
  readonly conditional: boolean
  readonly steps: readonly Step[]
  /** The spans that its work starts beside its own, by name, in it and in what it calls. */
  readonly spans: readonly string[]
}

export interface ServiceResult {
  readonly name: string
  /** Absolute path of its folder. */
  readonly dir: string
  readonly entries: readonly { readonly file: string | null; readonly starts: readonly { readonly text: string; readonly file: string; readonly line: number }[] }[]
  readonly handlers: readonly HandlerResult[]
  /** Handlers that count: ignored ones do not. */
  readonly total: number
  readonly traced: number
  /** What traces its handlers, without repeats. */
  readonly tracedBy: readonly string[]
  /** What sets up tracing in its processes, whether or not it reaches a handler. */
  readonly setup: readonly string[]
  /** Another vendor's tracing under which it runs and that the config does not accept. */
  readonly otherApm: string | null
}

export interface CheckResult {
  /** Absolute; reports write paths relative to it. */
  readonly root: string
  readonly files: number
  /** What the working tree was compared with, where only what a change touches is reported. */
  readonly against?: string
  readonly services: readonly ServiceResult[]
  readonly findings: readonly CheckFinding[]
  /** Findings that ESLint reports in the same place and that are left to it. ESLint has rules of its own beside these. */
  readonly leftToLint: number
  /** What could not be checked, and why. */
  readonly problems: readonly Problem[]
}
