/** A line that goes on with the statement of one before it. */
const CONTINUES = /^(?:[\s})\]/*`"'.,;|&?:+-]|$)/
const FUNCTION = /^(?:export\s+)?(?:async\s+)?(?:function\s*\*?\s*(\w+)|(?:const|let|var)\s+(\w+)\s*(?::[^=]*)?=\s*(?:async\s*)?(?:function\b|\w+\s*=>|(?:<[^>]*>\s*)?\((?:$|[^()]*\)\s*(?::|=>)|[^()]*[,{]$)))/
const CLASS = /^(?:export\s+)?(?:default\s+)?(?:abstract\s+)?class\b(?:\s+(\w+))?/
/** Whoever imports it calls it what they like. */
const DEFAULT_FUNCTION = /^export\s+default\s+(?:async\s+)?function\b/

/**
 * The line in which the statement at the top of a file begins that something is a part of. Read as text, in which such a statement begins in its
 * first column, by everybody's habit.
 *
 * @returns null where no line before it begins there
 */
export function firstLineOf(text: string, index: number): string | null {
  let end = text.indexOf('\n', index)
  if (end === -1) end = text.length
  for (let start = text.lastIndexOf('\n', index - 1) + 1; ; ) {
    const line = text.slice(start, end).trimEnd()
    if (!CONTINUES.test(line)) return line
    if (start === 0) return null
    end = start - 1
    start = text.lastIndexOf('\n', end - 1) + 1
  }
}

/** The name of the function that such a line declares, or puts into a variable; null where it runs something, or nobody can tell. */
export function functionOf(line: string): string | null {
  const [, declared, assigned] = FUNCTION.exec(line) ?? []
  return declared ?? assigned ?? null
}

/** The name of the class that such a line declares. */
export function classOf(line: string): string | null {
  return CLASS.exec(line)?.[1] ?? null
}

/** Does such a line declare what does nothing before it is called or made? */
export function isDeclaration(line: string): boolean {
  return functionOf(line) !== null || CLASS.test(line) || DEFAULT_FUNCTION.test(line)
}
