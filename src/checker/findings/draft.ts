import type { ts } from 'ts-morph'
import type { Certainty } from '@spanguard/policy'
import type { Step } from '../places.js'
import type { Service } from '../services.js'

/** A finding before severity, suppression and fingerprint. */
export interface Draft {
  readonly rule: string
  readonly message: string
  readonly node: ts.Node
  readonly service: Service | null
  readonly steps: readonly Step[]
  readonly certainty: Certainty
  /** What it is about, the same for two findings that must not both be reported. */
  readonly subject: string
  /** An ESLint rule reports it in the same place. */
  readonly leftToLint: boolean
  /** What it weighs where the config says nothing; an error when absent. */
  readonly severity?: 'warn'
}
