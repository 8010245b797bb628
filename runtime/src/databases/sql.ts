/** What is told of a SQL text: no literal, no parameter, nothing that changes with the values. */
export interface SqlSummary {
  /** `SELECT orders customers`: what is done, and to which tables. */
  readonly summary: string
  readonly operation: string
  /** The table, where there is exactly one. */
  readonly collection: string | null
  /** The procedure that is called. */
  readonly procedure: string | null
}

/**
 * Summarises a SQL text as `db.query.summary` is described; null for what tells nothing: health checks as `SELECT 1`,
 * transaction control, and settings of the session. A text that does not begin with a verb of SQL is `OTHER`.
 * https://opentelemetry.io/docs/specs/semconv/db/database-spans/#generating-a-summary-of-the-query
 */
export function summarizeSql(text: string): SqlSummary | null {
  if (text.length > maxRememberedLength) return parse(text.slice(0, maxParsedLength))
  let summary = remembered.get(text)
  if (summary === undefined) {
    summary = parse(text)
    // Texts with literals in them are other ones each time: start over.
    if (remembered.size >= maxRemembered) remembered.clear()
    remembered.set(text, summary)
  }
  return summary
}

const remembered = new Map<string, SqlSummary | null>()
const maxRemembered = 1000
const maxRememberedLength = 2000
/** Tables stand at the front, but for those of joins and of what is inserted from. */
const maxParsedLength = 8000
const maxTargets = 6

const control: ReadonlySet<string> = new Set([
  'ABORT', 'BEGIN', 'COMMIT', 'DEALLOCATE', 'DISCARD', 'END', 'RELEASE', 'RESET', 'ROLLBACK', 'SAVEPOINT', 'SET', 'START', 'USE',
])
/** A first word that is none of these may be data. */
const verbs: ReadonlySet<string> = new Set([
  'ALTER', 'ANALYZE', 'CALL', 'CHECK', 'CLOSE', 'CLUSTER', 'COMMENT', 'COPY', 'CREATE', 'DECLARE', 'DELETE', 'DESC', 'DESCRIBE', 'DO', 'DROP',
  'EXEC', 'EXECUTE', 'EXPLAIN', 'FETCH', 'FLUSH', 'GRANT', 'INSERT', 'KILL', 'LISTEN', 'LOAD', 'LOCK', 'MERGE', 'MOVE', 'NOTIFY', 'OPTIMIZE',
  'PRAGMA', 'PREPARE', 'REFRESH', 'REINDEX', 'REPLACE', 'REVOKE', 'SELECT', 'SHOW', 'TABLE', 'TRUNCATE', 'UNLISTEN', 'UNLOCK', 'UPDATE', 'VACUUM',
  'VALUES', 'WITH',
])
/** What pools and probes ask to see whether somebody is there. */
const probe =
  /^\s*select\s+(?:\d+(?:\s*[+*-]\s*\d+)?|true|null|now\(\)|version\(\)|current_(?:timestamp|date|database\(\))|@@version|pg_is_in_recovery\(\))(?:\s+(?:as\s+)?["`]?\w{1,30}["`]?)?\s*;?\s*$/i

/** Words, quoted names, and the signs that matter; comments and literals are passed over. */
const token =
  /--[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|[A-Za-z_][\w$]*|"[^"]*(?:"|$)|`[^`]*(?:`|$)|\[[A-Za-z_][\w ]*\]|[(),.;]/g

function parse(text: string): SqlSummary | null {
  if (probe.test(text)) return null
  const tokens = tokenize(text)
  const first = tokens[0]?.toUpperCase() ?? ''
  if (first === '' || control.has(first)) return null
  // Statements in parentheses: `(SELECT …) UNION (SELECT …)`.
  const verb = first === '(' ? (tokens.find(each => each !== '(')?.toUpperCase() ?? '') : first
  if (!verbs.has(verb)) return { summary: 'OTHER', operation: 'OTHER', collection: null, procedure: null }
  const operation = verb === 'WITH' ? mainOperation(tokens) : verb
  const targets = targetsOf(tokens, operation)
  const called = operation === 'CALL' || operation === 'EXEC' || operation === 'EXECUTE'
  return {
    summary: [operation, ...targets].join(' ').slice(0, 255),
    operation,
    collection: targets.length === 1 && !called ? (targets[0] ?? null) : null,
    procedure: called ? (targets[0] ?? null) : null,
  }
}

function tokenize(text: string): string[] {
  const tokens: string[] = []
  for (const [found] of text.matchAll(token)) {
    if (found === ';' && tokens.length > 0) break
    if (!/^(?:--|#|\/\*|'|\$|;)/.test(found)) tokens.push(found)
  }
  return tokens
}

/** Behind the last of the named queries. */
function mainOperation(tokens: readonly string[]): string {
  let depth = 0
  for (const each of tokens) {
    if (each === '(') depth++
    else if (each === ')') depth--
    else if (depth === 0 && /^(?:SELECT|INSERT|UPDATE|DELETE|MERGE)$/i.test(each)) return each.toUpperCase()
  }
  return 'WITH'
}

/** Words behind which a table is named. */
const introduces: ReadonlySet<string> = new Set(['FROM', 'INTO', 'JOIN', 'TABLE', 'USING'])
/** What may stand between such a word and the name. */
const passed: ReadonlySet<string> = new Set(['CONCURRENTLY', 'EXISTS', 'IF', 'IGNORE', 'LATERAL', 'LOW_PRIORITY', 'NOT', 'ONLY', 'OR', 'REPLACE', 'TABLE'])
/** Operations whose first word is followed by the name. */
const direct: ReadonlySet<string> = new Set(['CALL', 'EXEC', 'EXECUTE', 'UPDATE', 'TRUNCATE', 'COPY', 'LOCK', 'REPLACE', 'DESCRIBE', 'REFRESH'])

function targetsOf(tokens: readonly string[], operation: string): string[] {
  const own = new Set<string>()
  const targets: string[] = []
  const take = (at: number): number => {
    const { name, next } = nameAt(tokens, at)
    // A function in place of a table, and a query that has its name from WITH, are none.
    const isFunction = tokens[next] === '(' && operation !== 'INSERT' && operation !== 'REPLACE' && operation !== 'CREATE' && operation !== 'CALL' && operation !== 'COPY'
    if (name !== null && !isFunction && !own.has(name.toLowerCase()) && !targets.includes(name) && targets.length < maxTargets) targets.push(name)
    return next
  }
  /** For each open parenthesis whether its FROM is that of `EXTRACT(year FROM …)`. */
  const open: boolean[] = []
  for (let at = 0; at < tokens.length; at++) {
    const word = (tokens[at] ?? '').toUpperCase()
    const before = (tokens[at - 1] ?? '').toUpperCase()
    if (word === '(') open.push(/^(?:EXTRACT|SUBSTRING|TRIM|OVERLAY|POSITION)$/.test(before))
    else if (word === ')') open.pop()
    else if (word === 'AS' && tokens[at + 1] === '(' && tokens[0]?.toUpperCase() === 'WITH') own.add(plain(tokens[at - 1] ?? '').toLowerCase())
    else if (at === 0 && direct.has(word)) take(skip(tokens, at + 1))
    else if (at > 0 && word === operation && word === 'UPDATE' && open.length === 0) take(skip(tokens, at + 1))
    else if (introduces.has(word) && !(word === 'FROM' && (open.at(-1) === true || before === 'DISTINCT')) && !(word === 'USING' && tokens[at + 1] === '(')) {
      let next = take(skip(tokens, at + 1))
      // `FROM a, b`, with or without other names.
      while (word === 'FROM' && next < tokens.length) {
        if (tokens[next]?.toUpperCase() === 'AS') next++
        if (isName(tokens[next]) && !keywords.has((tokens[next] ?? '').toUpperCase())) next++
        if (tokens[next] !== ',' || tokens[next + 1] === '(') break
        next = take(skip(tokens, next + 1))
      }
    }
  }
  return targets
}

const keywords: ReadonlySet<string> = new Set([
  'CROSS', 'FETCH', 'FOR', 'FULL', 'GROUP', 'HAVING', 'INNER', 'JOIN', 'LEFT', 'LIMIT', 'NATURAL', 'OFFSET', 'ON', 'ORDER', 'RETURNING',
  'RIGHT', 'SELECT', 'SET', 'TABLESAMPLE', 'UNION', 'USING', 'VALUES', 'WHERE', 'WINDOW',
])

function skip(tokens: readonly string[], at: number): number {
  let next = at
  while (passed.has((tokens[next] ?? '').toUpperCase())) next++
  return next
}

/** `schema.table` at a place, without quotes; null for a parenthesis or what cannot be a table's name. */
function nameAt(tokens: readonly string[], at: number): { readonly name: string | null; readonly next: number } {
  const parts: string[] = []
  let next = at
  while (isName(tokens[next])) {
    parts.push(plain(tokens[next] ?? ''))
    next++
    if (tokens[next] !== '.') break
    next++
  }
  const name = parts.join('.')
  const isKeyword = parts.length === 1 && keywords.has(name.toUpperCase())
  return { name: /^[\w$.-]{1,100}$/.test(name) && !isKeyword ? name : null, next: Math.max(next, at) }
}

function isName(text: string | undefined): boolean {
  return text !== undefined && /^[A-Za-z_"`[]/.test(text)
}

function plain(name: string): string {
  return name.replace(/^["`[]|["`\]]$/g, '')
}
