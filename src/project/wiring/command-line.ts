/** One simple command of a shell line: the variables set for it alone, and its words. */
export interface SimpleCommand {
  readonly env: Readonly<Record<string, string>>
  readonly words: readonly string[]
}

/**
 * Splits a shell line into its simple commands: at `&&`, `||`, `;`, `|`, `&` and newlines; quotes, escapes and comments are
 * understood, `$NAME`, `${NAME}` and `${NAME:-default}` are replaced from `variables`. An unquoted variable is split into
 * words, as a shell does. A variable that is not known stays as it is written.
 *
 * No shell: substitutions `$(…)` are kept as one opaque word, functions and loops are read as a flat list of commands.
 */
export function splitCommandLine(line: string, variables: Readonly<Record<string, string>> = {}): SimpleCommand[] {
  const commands: SimpleCommand[] = []
  let words: string[] = []
  let word: string | null = null
  const endWord = (): void => {
    if (word !== null) words.push(word)
    word = null
  }
  const endCommand = (): void => {
    endWord()
    const command = toSimpleCommand(words)
    if (command) commands.push(command)
    words = []
  }
  for (let i = 0; i < line.length; ) {
    const char = line.charAt(i)
    if (char === '\\') {
      if (line.charAt(i + 1) === '\n') i += 2
      else {
        word = (word ?? '') + line.charAt(i + 1)
        i += 2
      }
    } else if (char === "'") {
      const end = closing(line, i + 1, "'")
      word = (word ?? '') + line.slice(i + 1, end)
      i = end + 1
    } else if (char === '"') {
      const end = closingDouble(line, i + 1)
      const inner = line.slice(i + 1, end).replace(/\\(["\\$`])/gu, '$1')
      word = (word ?? '') + expand(inner, variables)
      i = end + 1
    } else if (char === '$') {
      const text = variableAt(line, i)
      const value = expand(text, variables)
      i += text.length
      if (value === text || !/\s/u.test(value)) word = (word ?? '') + value
      else {
        const parts = value.trim().split(/\s+/u)
        word = (word ?? '') + (parts[0] ?? '')
        for (const part of parts.slice(1)) {
          endWord()
          word = part
        }
      }
    } else if (char === '#' && word === null) {
      while (i < line.length && line.charAt(i) !== '\n') i += 1
    } else if (char === '\n' || char === ';' || char === '|' || char === '(' || char === ')') {
      endCommand()
      i += 1
    } else if (char === '&') {
      // `2>&1` and `&>` redirect, they end nothing.
      if (line.charAt(i - 1) === '>' || line.charAt(i + 1) === '>') word = (word ?? '') + char
      else endCommand()
      i += 1
    } else if (/\s/u.test(char)) {
      endWord()
      i += 1
    } else {
      word = (word ?? '') + char
      i += 1
    }
  }
  endCommand()
  return commands
}

/** Replaces the variables of a text; those not known stay. `${A:-b}` becomes `b` when `A` is not known. */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([A-Za-z_]\w*)(?::?-([^}]*))?\}|\$([A-Za-z_]\w*)/gu, (whole: string, braced: string | undefined, fallback: string | undefined, plain: string | undefined) => {
    const name = braced ?? plain ?? ''
    return (Object.hasOwn(variables, name) ? variables[name] : fallback) ?? whole
  })
}

/** `NAME=value` at the head of a command; `null` when the word is no assignment. */
export function assignment(word: string): [name: string, value: string] | null {
  const match = /^([A-Za-z_]\w*)=(.*)$/su.exec(word)
  return match ? [match[1] ?? '', match[2] ?? ''] : null
}

/** Words that stand before a command without being one. */
const shellKeywords = new Set(['!', '{', '}', 'do', 'else', 'exec', 'if', 'then', 'time', 'while'])

function toSimpleCommand(words: readonly string[]): SimpleCommand | null {
  const env: Record<string, string> = {}
  let i = 0
  for (; i < words.length; i += 1) {
    const word = words[i] ?? ''
    if (shellKeywords.has(word)) continue
    const set = assignment(word)
    if (!set) break
    env[set[0]] = set[1]
  }
  const rest = words.slice(i)
  return rest.length > 0 || Object.keys(env).length > 0 ? { env, words: rest } : null
}

function closing(text: string, from: number, quote: string): number {
  const end = text.indexOf(quote, from)
  return end === -1 ? text.length : end
}

function closingDouble(text: string, from: number): number {
  for (let i = from; i < text.length; i += 1) {
    if (text.charAt(i) === '\\') i += 1
    else if (text.charAt(i) === '"') return i
  }
  return text.length
}

function variableAt(line: string, from: number): string {
  if (line.charAt(from + 1) === '(') {
    let depth = 0
    for (let i = from + 1; i < line.length; i += 1) {
      if (line.charAt(i) === '(') depth += 1
      else if (line.charAt(i) === ')' && (depth -= 1) === 0) return line.slice(from, i + 1)
    }
    return line.slice(from)
  }
  return /^\$(?:\{[^}]*\}|\w+|.)?/su.exec(line.slice(from))?.[0] ?? '$'
}
