/** A test for keys made of patterns: `{a,b}` lists alternatives, `*` takes one segment, `**` and a trailing `.*` any rest. */
export function compileKeyPatterns(patterns: readonly string[]): (key: string) => boolean {
  const exact = new Set<string>()
  const expressions: RegExp[] = []
  for (const pattern of patterns.flatMap(expandBraces)) {
    if (pattern.includes('*')) expressions.push(toExpression(pattern))
    else exact.add(pattern)
  }
  return (key) => exact.has(key) || expressions.some((expression) => expression.test(key))
}

/** A pattern for each choice of its `{a,b}`. */
export function expandBraces(pattern: string): readonly string[] {
  const match = /^(.*?)\{([^}]*)\}(.*)$/.exec(pattern)
  if (match === null) return [pattern]
  const [, before = '', list = '', after = ''] = match
  return list.split(',').flatMap((each) => expandBraces(`${before}${each}${after}`))
}

function toExpression(pattern: string): RegExp {
  const rest = /\.\*\*?$/.test(pattern)
  const body = (rest ? pattern.replace(/\.\*\*?$/, '') : pattern)
    .split('.')
    .map((segment) => (segment === '*' ? '[^.]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('\\.')
  return new RegExp(`^${body}${rest ? '\\..+' : ''}$`)
}
