/** A `##` section of a page, up to the next one. */
export interface Section {
  readonly title: string
  readonly text: string
  /** Where its text begins, counted from 1. */
  readonly line: number
}

/** A fenced block of code; `info` is what stands behind the language. */
export interface Block {
  readonly language: string
  readonly info: string
  readonly code: string
  readonly line: number
}

const code = /^(?:ts|tsx|mts|cts|js|jsx|mjs|cjs)$/

export function sectionsOf(page: string): readonly Section[] {
  const lines = page.split('\n')
  const starts = lines.flatMap((line, index) => (line.startsWith('## ') ? [index] : []))
  return starts.map((start, index) => ({
    title: (lines[start] ?? '').slice(3).trim(),
    text: lines.slice(start + 1, starts[index + 1]).join('\n'),
    line: start + 2,
  }))
}

/** The code blocks in the sections of this title. */
export function blocksOf(page: string, title: string): readonly Block[] {
  return sectionsOf(page)
    .filter((section) => section.title.startsWith(title))
    .flatMap((section) => fencedIn(section.text, section.line))
    .filter((block) => code.test(block.language))
}

/** Every fenced block of a text, whatever its language. */
export function fencedIn(text: string, firstLine = 1): readonly Block[] {
  return [...text.matchAll(/^```(\w+)[ \t]*(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    info: (match[2] ?? '').trim(),
    code: match[3] ?? '',
    line: firstLine + text.slice(0, match.index).split('\n').length - 1,
  }))
}
