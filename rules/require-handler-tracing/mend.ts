import { getPropertyName, unwrap } from '../../src/analysis/bindings.js'
import type { Host } from '../../src/analysis/handlers/hosts.js'
import { findList } from '../../src/analysis/handlers/root-module.js'
import type { Surroundings } from '../../src/analysis/handlers/surroundings.js'
import type { Untraced } from '../../src/analysis/handlers/untraced.js'
import type { FileAnalysis } from '../../src/analysis/index.js'
import { type Edit, ensureImport, findStatement, wrapInSpan } from '../../src/fix/index.js'
import { wrapEach } from '../../src/fix/wrap-each.js'
import type { Insertion } from '../../src/frameworks/index.js'
import { replaceCreation } from './replace-creation.js'
import { nameSpan } from './name-span.js'
import { findTarget, insertForTarget, isMadeAnew, type Target } from './target.js'

/** What mends an untraced handler: what is inserted, as it reads in a message, and the edits. */
export interface Mend {
  readonly code: string
  readonly module: string
  /** The package that the inserted module belongs to. */
  readonly package: string
  readonly edits: readonly Edit[]
}

export interface Place {
  readonly filename: string
  readonly around: Surroundings
  readonly analysis: FileAnalysis
}

/** The mend of a finding, null where the file's form is not understood or nobody knows what to insert. */
export function mendUntraced(untraced: Untraced, place: Place): Mend | null {
  const { insert } = untraced.framework
  if (insert === undefined || untraced.kind === 'late' || !isApproved(insert, place)) return null
  const imported = ensureImport(
    {
      module: insert.module,
      name: insert.export,
      before: untraced.at.range[0],
      packageType: place.around.packageType,
      filename: place.filename,
    },
    place.analysis.sourceCode,
  )
  if (imported === null) return null
  const change =
    'callbacks' in untraced ? wrapCallbacks(untraced, insert, imported.local, place)
    : untraced.rootModule !== null ? addToRootModule(untraced, insert, imported.local)
    : insert.option !== undefined ? addToOption(untraced.host, insert.option, imported.local, place)
    : insert.replace !== undefined ? replaceCreation(untraced.host, insert, insert.replace, imported.local, place)
    : insert.wrap !== undefined ? wrapHandlers(untraced.host, insert.wrap, imported.local, place)
    : insertMiddleware(untraced.host, insert, imported.local, place)
  if (change === null) return null
  return { code: change.code, module: insert.module, package: packageOf(insert.module), edits: [...imported.edits, ...change.edits] }
}

export interface Change {
  readonly code: string
  readonly edits: readonly Edit[]
}

/** A config that approves other setups and not this one would hear of the inserted import next. */
function isApproved(insert: Insertion, { analysis }: Place): boolean {
  const approved = analysis.config.setup?.approved
  if (approved === undefined || approved.length === 0) return true
  return approved.includes(insert.module) || approved.includes(packageOf(insert.module)) || !insert.module.startsWith('@spanguard/')
}

function insertMiddleware(host: Host, insert: Insertion, local: string, { analysis }: Place): Change | null {
  const { creation } = host.object
  const { sourceCode } = analysis
  const fill = (text: string, object: string): string => text.replaceAll('{object}', object).replaceAll('{import}', local)
  const { parent } = creation
  if (parent.type === 'MemberExpression' && parent.object === creation && insert.chain !== undefined) {
    const code = fill(insert.chain, '')
    return { code, edits: [{ range: [creation.range[1], creation.range[1]], text: code }] }
  }
  if (insert.statement === undefined) return null
  const target = findTarget(creation)
  if (target === null || isMadeAnew(target, sourceCode) || isUsedInPlace(host, target)) return null
  const code = fill(insert.statement, target.name)
  const edits = insertForTarget(target, code, sourceCode)
  return edits === null ? null : { code, edits }
}

/** `const app = express(), first = app.get(…)`: a statement behind it would come too late. */
function isUsedInPlace({ handlers, mounts }: Host, { node }: Target): boolean {
  const statement = node.type === 'VariableDeclarator' ? findStatement(node) : null
  return statement !== null && [...handlers, ...mounts].some(({ node: { range } }) => range[0] > statement.range[0] && range[1] <= statement.range[1])
}

/** `createServer(handler)` becomes `createServer(traceHandler(handler))`. */
function wrapHandlers(host: Host, wrap: string, local: string, { analysis }: Place): Change | null {
  return wrapEach(host.handlers.flatMap((call) => call.handlers), wrap, local, analysis)
}

function addToRootModule(untraced: Extract<Untraced, { kind: 'app' | 'server' }>, { element }: Insertion, local: string): Change | null {
  const list = untraced.framework.rootModule?.list
  if (untraced.rootModule === null || element === undefined || list === undefined) return null
  const { argument, options } = untraced.rootModule
  const text = element.replaceAll('{import}', local)
  const code = `${list}: [${text}]`
  if (options === null) {
    return {
      code,
      edits: [
        { range: [argument.range[0], argument.range[0]], text: '{ module: ' },
        { range: [argument.range[1], argument.range[1]], text: `, ${code} }` },
      ],
    }
  }
  const present = findList(options, list)
  if (present !== null) {
    const index = present.range[0] + 1
    return { code, edits: [{ range: [index, index], text: present.elements.length === 0 ? text : `${text}, ` }] }
  }
  const [first] = options.properties
  // A list that is no array in place (`imports: modules`) is not understood.
  if (first === undefined || options.properties.some((property) => property.type !== 'Property' || getPropertyName(property) === list)) return null
  return { code, edits: [{ range: [first.range[0], first.range[0]], text: `${code}, ` }] }
}

/** `new Server()` becomes `new Server({ interceptors: [tracingServerInterceptor()] })`. */
function addToOption(host: Host, { property, element }: NonNullable<Insertion['option']>, local: string, { analysis }: Place): Change | null {
  const { creation } = host.object
  const text = element.replaceAll('{import}', local)
  const code = `${property}: [${text}]`
  const [options] = creation.arguments
  if (options === undefined) {
    // `new Server` has no parentheses to write into.
    const end = creation.range[1]
    const isCalled = analysis.sourceCode.getText(creation).endsWith(')')
    return { code, edits: [isCalled ? { range: [end - 1, end - 1], text: `{ ${code} }` } : { range: [end, end], text: `({ ${code} })` }] }
  }
  if (options.type !== 'ObjectExpression') return null
  const present = findList(options, property)
  if (present !== null) {
    const index = present.range[0] + 1
    return { code, edits: [{ range: [index, index], text: present.elements.length === 0 ? text : `${text}, ` }] }
  }
  // What is spread may hold such a list, and a list that is no array in place is not understood.
  if (options.properties.some((given) => given.type !== 'Property' || getPropertyName(given) === property)) return null
  const start = options.range[0] + 1
  const isEmpty = options.properties.length === 0
  return { code, edits: [{ range: isEmpty ? options.range : [start, start], text: isEmpty ? `{ ${code} }` : ` ${code},` }] }
}

function wrapCallbacks(
  untraced: Extract<Untraced, { kind: 'consumer' | 'function' }>,
  insert: Insertion,
  local: string,
  place: Place,
): Change | null {
  if (insert.wrap !== undefined) return wrapEach(untraced.callbacks, insert.wrap, local, place.analysis)
  if (insert.spanAction === undefined) return null
  const span = nameSpan(untraced, insert.spanAction, place.filename, place.around.packageDir, place.analysis)
  const edits: Edit[] = []
  for (const callback of untraced.callbacks) {
    const wrapped = wrapInSpan(unwrap(callback), local, span, place.analysis.sourceCode)
    if (wrapped === null) return null
    edits.push(...wrapped)
  }
  return { code: `${local}('${span}', …)`, edits }
}

function packageOf(module: string): string {
  return module.split('/').slice(0, module.startsWith('@') ? 2 : 1).join('/')
}
