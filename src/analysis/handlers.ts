import type { Handler } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { type FrameworkDescriptor, withDeclared } from '../frameworks/index.js'
import { getDeclaredFunctions } from '../project/declared-functions.js'
import { type ExportedHandler, factOfExport, readDecorator, readExportedHandlers } from './handlers/declared.js'
import { createObjectFinder, type ObjectFinder } from './handlers/objects.js'
import { factsOfHandlerCall, type FrameworkCall, isMachinery, readFrameworkCall } from './handlers/registrations.js'
import type { FileAnalysis } from './index.js'

/** All that one file says about handlers. */
export interface FileHandlers {
  readonly frameworks: readonly FrameworkDescriptor[]
  readonly finder: ObjectFinder
  /** Calls that register, mount or serve, in source order. */
  readonly calls: readonly FrameworkCall[]
  readonly exported: readonly ExportedHandler[]
  /** The files that declare this file's functions start a tracer around them. */
  readonly functionsTraced: boolean
  /** One for each handler, in source order. */
  readonly facts: readonly Handler[]
}

const found = new WeakMap<TSESTree.Program, FileHandlers | null>()

/**
 * The handlers of a file, read once for all rules.
 *
 * @param filename absolute path, which tells Next.js files and declared functions
 * @returns null for a file whose text has nothing of any framework
 */
export function findHandlers(analysis: FileAnalysis, filename: string): FileHandlers | null {
  const { ast } = analysis.sourceCode
  const known = found.get(ast)
  if (known !== undefined) return known
  const handlers = readHandlers(analysis, filename)
  found.set(ast, handlers)
  return handlers
}

function readHandlers(analysis: FileAnalysis, filename: string): FileHandlers | null {
  const all = withDeclared(analysis.config.frameworks ?? [])
  const { text } = analysis.sourceCode
  const declared = /\bexports?\b/.test(text) ? getDeclaredFunctions(filename) : { names: new Set<string>(), traced: false }
  const frameworks = all.filter((row) => isMentioned(row, text))
  const functions = all.filter((row) => row.exports !== undefined)
  const exported = readExportedHandlers(functions, filename, declared.names, analysis)
  if (frameworks.length === 0 && exported.length === 0) return null
  const finder = createObjectFinder(frameworks, analysis.sourceCode)
  const calls = frameworks.length === 0 ? [] : analysis.calls.flatMap((call) => readFrameworkCall(call, frameworks, finder, analysis))
  const decorated = analysis.calls.flatMap((call) => readDecorator(call, frameworks, analysis) ?? [])
  const facts = [
    ...calls.flatMap((call) => (call.kind === 'handler' && !isMachinery(call, analysis) ? factsOfHandlerCall(call, analysis) : [])),
    ...decorated,
    ...exported.map(factOfExport),
  ].sort((a, b) => a.origin.start - b.origin.start || a.origin.end - b.origin.end)
  return { frameworks, finder, calls, exported, functionsTraced: declared.traced, facts }
}

/** Does the text hold one of the framework's modules as a string? */
function isMentioned({ modules }: FrameworkDescriptor, text: string): boolean {
  return modules.some((module) => {
    const name = module.replace(/\/\*$/, '')
    const index = text.indexOf(name)
    return index !== -1 && (text.includes(`'${name}`) || text.includes(`"${name}`) || text.includes(`\`${name}`))
  })
}
