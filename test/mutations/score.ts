import { endMoved, endRemoved } from './ends.js'
import { idInName, technicalName } from './names.js'
import { middlewareRemoved } from './middleware.js'
import { recordDropped } from './records.js'
import { secretKey } from './attributes.js'
import { lint } from './lint.js'
import type { Kind, Mutant } from './mutant.js'
import type { Program } from './program.js'

/** The ways of going wrong of issue 3, one mutation each. */
export const kinds: readonly Kind[] = [endRemoved, endMoved, recordDropped, secretKey, idInName, technicalName, middlewareRemoved]

export interface Score {
  readonly mutants: readonly Mutant[]
  /** Those that no right rule reports. */
  readonly missed: readonly Mutant[]
}

/** Every mutant of a kind; one is found when a right rule says more of it than of the correct program. */
export function score(kind: Kind, programs: readonly Program[]): Score {
  const scores = programs.map((program): Score => {
    const mutants = kind.mutate(program)
    const before = mutants.length === 0 ? 0 : countOf(program, kind)
    return { mutants, missed: mutants.filter((mutant) => countOf(mutant, kind) <= before) }
  })
  return { mutants: scores.flatMap(({ mutants }) => mutants), missed: scores.flatMap(({ missed }) => missed) }
}

function countOf({ text, file }: Pick<Program, 'text' | 'file'>, { rules, preset }: Kind): number {
  return lint(text, file, preset).filter(({ rule }) => rules.includes(rule)).length
}
