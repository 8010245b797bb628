import { readFileSync } from 'node:fs'
import * as ts from '../ts.js'

/**
 * Levels of syntax. What people write stays below 100, and generated lexers reach 320; a compiler, whose every step is a call
 * within a call, has no stack left at 1,000 of the dearer kinds of nodes.
 */
const maxLevels = 500

/**
 * The files whose syntax is nested so deep that a compiler's stack does not hold it: a text put together from thousands of
 * parts with `+`, calls chained a thousand times. Only generated code looks so.
 *
 * @param files absolute
 */
export function findDeepFiles(files: readonly string[]): readonly string[] {
  return files.filter(isDeep)
}

/** Walks level by level, since a walk by recursion would end as the compiler's did. */
function isDeep(file: string): boolean {
  let level: ts.Node[]
  try {
    level = [ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext)]
  } catch (error) {
    if (error instanceof RangeError) return true
    throw error
  }
  for (let levels = 0; level.length > 0; levels += 1) {
    if (levels > maxLevels) return true
    const next: ts.Node[] = []
    for (const node of level) ts.forEachChild(node, child => void next.push(child))
    level = next
  }
  return false
}
