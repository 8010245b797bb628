import type { TSESTree } from '@typescript-eslint/types'

import { apply, type Change, type Program } from './program.js'

/** A correct program with one fault put into it. */
export interface Mutant {
  readonly file: string
  /** Where in the correct program, and what was done to it. */
  readonly what: string
  readonly text: string
}

/** A way of going wrong: what it makes of a correct program, and which rules are right to report it. */
export interface Kind {
  readonly name: string
  readonly preset: 'recommended' | 'strict'
  readonly rules: readonly string[]
  mutate(program: Program): readonly Mutant[]
}

export function mutant(program: Program, at: TSESTree.Node, what: string, changes: readonly Change[]): Mutant {
  return { file: program.file, what: `${program.file}:${at.loc.start.line} ${what}`, text: apply(program, changes) }
}
