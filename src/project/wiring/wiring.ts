/** A place in a file that is no program source. `line` counts from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  /** The command or line as it is written, shortened. */
  readonly text: string
}

/** A module that is loaded before the entry. */
export interface Preload {
  /** As it is written: a package's subpath or a path. */
  readonly module: string
  /** `platform`: what starts the process traces it, without a module that is named. */
  readonly how: '--require' | '--import' | '--loader' | 'layer' | 'platform'
  /** Where it is asked for: the command, or the line that sets NODE_OPTIONS. */
  readonly place: Place
  /** The source file it names, absolute; `null` for a package's module and for a file that was not found. */
  readonly file: string | null
}

/** The variable by which `auto-instrumentations-node` is told what to leave out. */
export const disabledInstrumentations = 'OTEL_NODE_DISABLED_INSTRUMENTATIONS'
/** The one by which it is told what alone to take. */
export const enabledInstrumentations = 'OTEL_NODE_ENABLED_INSTRUMENTATIONS'
export const choiceVariables: readonly string[] = [disabledInstrumentations, enabledInstrumentations]

/** One way in which a package's program is started. */
export interface StartCommand {
  /** The source file that runs first, absolute; `null` when a framework's own command finds it (`next start`). */
  readonly entry: string | null
  /** What runs it: `node`, `tsx`, `next`, `nest`, … */
  readonly runner: string
  readonly preloads: readonly Preload[]
  readonly place: Place
  /** Those of its variables that choose among OpenTelemetry's instrumentations (`OTEL_NODE_…`), where they are written out. */
  readonly variables?: Readonly<Record<string, string>>
  /** `development` for scripts and compose files that say so by their name; such a start is no proof of anything. */
  readonly stage: 'production' | 'development'
}

/** Kinds of Kubernetes objects that run containers. Sorted. */
export const workloads: readonly string[] = ['CronJob', 'DaemonSet', 'Deployment', 'Job', 'Pod', 'ReplicaSet', 'Rollout', 'StatefulSet']
