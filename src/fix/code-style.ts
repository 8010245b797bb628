import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

/** How a file is written, as far as an insertion must follow it. */
export interface CodeStyle {
  readonly quote: "'" | '"'
  /** `;` or nothing. */
  readonly semicolon: ';' | ''
  readonly newline: '\n' | '\r\n'
}

/** Reads quotes, semicolons and line ends off the file's own statements; the majority wins, imports count first. */
export function readCodeStyle(sourceCode: Readonly<SourceCode>): CodeStyle {
  const { ast, text } = sourceCode
  return { quote: readQuote(sourceCode), semicolon: readSemicolon(ast, text), newline: text.includes('\r\n') ? '\r\n' : '\n' }
}

function readQuote({ ast, text }: Readonly<SourceCode>): "'" | '"' {
  const imported = ast.body.flatMap((statement) => (statement.type === 'ImportDeclaration' ? [statement.source.raw] : []))
  const quotes = imported.length > 0 ? imported : (text.match(/require\(\s*['"]/g)?.map((call) => call.slice(-1)) ?? text.match(/['"]/g) ?? [])
  const double = quotes.filter((quote) => quote.startsWith('"')).length
  return double > quotes.length - double ? '"' : "'"
}

function readSemicolon(ast: TSESTree.Program, text: string): ';' | '' {
  let withOne = 0
  let without = 0
  for (const statement of ast.body) {
    const inner = statement.type === 'ExportNamedDeclaration' && statement.declaration !== null ? statement.declaration : statement
    if (!endsInSemicolon.has(inner.type)) continue
    if (text.charAt(statement.range[1] - 1) === ';') withOne++
    else without++
  }
  if (withOne + without > 0) return without >= withOne ? '' : ';'
  // Functions and classes only: their statements show it.
  return ast.body.length > 0 && !/;\s*$/m.test(text) ? '' : ';'
}

const endsInSemicolon: ReadonlySet<string> = new Set([
  'ExportAllDeclaration',
  'ExpressionStatement',
  'ImportDeclaration',
  'TSImportEqualsDeclaration',
  'VariableDeclaration',
])

/** The white space at the head of the line that a character stands in. */
export function indentationAt(text: string, index: number): string {
  const start = text.lastIndexOf('\n', index - 1) + 1
  return /^[ \t]*/.exec(text.slice(start, index))?.[0] ?? ''
}
