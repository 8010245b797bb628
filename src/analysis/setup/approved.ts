/**
 * Is a file, or a module as an import spells it, one of the config's `setup.approved`? Paths are compared by their last
 * segments without the extension, since each file reaches a module by a path of its own.
 */
export function matchesApproved(file: string, approved: readonly string[]): boolean {
  const segments = getSegments(file)
  return approved.some((entry) => {
    if (!/^\.{0,2}\/|\.[cm]?[jt]sx?$/.test(entry)) return false
    const wanted = getSegments(entry)
    // `./src/tracing.ts` is `./tracing` from its neighbour: a relative import needs no more than what it says.
    const length = file.startsWith('.') ? Math.min(segments.length, wanted.length) : wanted.length
    return length > 0 && length <= segments.length && endsAlike(segments, wanted, length)
  })
}

function endsAlike(one: readonly string[], other: readonly string[], length: number): boolean {
  for (let back = 1; back <= length; back++) if (one.at(-back) !== other.at(-back)) return false
  return true
}

function getSegments(file: string): string[] {
  return file
    .replace(/\\/g, '/')
    .replace(/\.[cm]?[jt]sx?$/, '')
    .split('/')
    .filter((segment) => !/^(?:\.{1,2}|[@~#]|)$/.test(segment))
}
