/**
 * How many seeded faults the rules find: `npm run bench -- mutations [--texts]` prints, for each kind, the mutants of the
 * correct programs in `test/fixtures/correct`, those found, and where those stand that were missed.
 */
import { readPrograms } from '../test/mutations/program.js'
import { kinds, score } from '../test/mutations/score.js'

export default function main(args: string[]): Promise<void> {
  const programs = readPrograms()
  console.log(`${programs.length} correct programs`)
  for (const kind of kinds) {
    const { mutants, missed } = score(kind, programs)
    const found = mutants.length - missed.length
    console.log(`${kind.name.padEnd(32)} ${found} of ${mutants.length} found (${((100 * found) / mutants.length).toFixed(1)} %)`)
    for (const { what, text } of missed) console.log(`    ${what}${args.includes('--texts') ? `\n${text}` : ''}`)
  }
  return Promise.resolve()
}
