import type { TSESTree } from '@typescript-eslint/types'

export type Source = { readonly ast: TSESTree.Program }

/** The file that was asked about last, with an answer for each that keeps one: rules run file by file. */
let current: { readonly ast: TSESTree.Program | null; readonly answers: unknown[] } = { ast: null, answers: [] }
let keepers = 0

/**
 * Answers that live as long as a file is under the linter. Not in a `WeakMap` by the tree: V8 keeps what such a map holds over each
 * collection of young objects, so that every file's tree grows old, and the heap to twice its size, before any of it goes. Nor by each node:
 * a map with one entry for every node costs more than most answers.
 *
 * The key is the tree, not the source code: in oxlint the source code is one object for all files.
 *
 * @param make the empty cache, or the answer, of a new file
 */
export function perFile<Kept, File extends Source = Source>(make: (source: File) => Kept): (source: File) => Kept {
  const index = keepers++
  return (source) => {
    const { ast } = source
    if (current.ast !== ast) current = { ast, answers: [] }
    const { answers } = current
    if (answers[index] === undefined) answers[index] = make(source)
    return answers[index] as Kept
  }
}

/** The same by another key than a tree. */
export function forLast<Key extends object, Kept>(make: (key: Key) => Kept): (key: Key) => Kept {
  let last: { readonly key: Key; readonly kept: Kept } | null = null
  return (key) => {
    if (last?.key !== key) last = { key, kept: make(key) }
    return last.kept
  }
}
