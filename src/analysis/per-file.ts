import type { TSESTree } from '@typescript-eslint/types'

/**
 * Answers that live as long as a file's tree. Made once per file and kept under its program: a `WeakMap` that holds one
 * entry for every node is rehashed as it grows and gone through in every collection, which costs more than most answers.
 *
 * The key is the tree, not the source code: in oxlint the source code is one object for all files.
 *
 * @param make the empty cache of a new file
 */
export function perFile<Kept>(make: () => Kept): (source: { readonly ast: TSESTree.Program }) => Kept {
  const kept = new WeakMap<TSESTree.Program, Kept>()
  // The file that was asked about last is asked about again, thousands of times; it is kept until the next one comes.
  let last: { readonly ast: TSESTree.Program; readonly answers: Kept } | null = null
  return ({ ast }) => {
    if (last?.ast === ast) return last.answers
    let answers = kept.get(ast)
    if (answers === undefined) {
      answers = make()
      kept.set(ast, answers)
    }
    last = { ast, answers }
    return answers
  }
}
