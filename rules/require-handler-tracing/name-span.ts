import path from 'node:path'

import { splitName } from '@spanguard/policy'

import { literalText } from '../../src/analysis/handlers/registrations.js'
import type { Untraced } from '../../src/analysis/handlers/untraced.js'
import type { FileAnalysis } from '../../src/analysis/index.js'

/** Names of files, folders and exports that say nothing of what a function does. */
const empty: ReadonlySet<string> = new Set(
  ['app', 'apps', 'default', 'functions', 'handler', 'handlers', 'index', 'jobs', 'lambda', 'lambdas', 'lib', 'main', 'server', 'src', 'worker', 'workers'],
)

/**
 * A name for the span around a callback, in the form `domain.action`: `emails.process` after the queue, `refresh_feeds.run` after
 * the function, `todos.create` after an exported function's folder and file.
 */
export function nameSpan(
  { callbacks, exported, path: subject }: Extract<Untraced, { kind: 'consumer' | 'function' }>,
  action: string,
  filename: string,
  packageDir: string | null,
  analysis: FileAnalysis,
): string {
  const file = path.basename(filename).replace(/(?:\.\w+)+$/, '')
  // From the file up to the package's own folder: what stands above it is the machine's.
  const folders = packageDir === null ? [] : path.relative(path.dirname(packageDir), path.dirname(filename)).split(path.sep).reverse()
  const folder = firstTelling(folders)
  if (exported !== null) {
    const names = [folder, file, exported].map(toWords).filter((name) => name !== '' && !empty.has(name))
    const [domain, ...rest] = names
    return domain === undefined ? `job.${action}` : `${domain}.${rest.at(-1) ?? action}`
  }
  const [callback] = callbacks
  const called =
    callback === undefined ? null
    : callback.type === 'Identifier' ? callback.name
    : (callback.type === 'FunctionExpression' || callback.type === 'FunctionDeclaration') && callback.id !== null ? callback.id.name
    : null
  const domain = firstTelling([literalText(subject, analysis), called, file, folder])
  return domain === '' ? `job.${action}` : `${domain}.${action}`
}

function firstTelling(names: readonly (string | null)[]): string {
  for (const name of names) {
    const words = name === null ? '' : toWords(name)
    if (words !== '' && !empty.has(words)) return words
  }
  return ''
}

/** `refreshFeeds` and `task-queue` as `refresh_feeds` and `task_queue`. */
function toWords(name: string): string {
  return splitName(name.replace(/[^\p{L}\p{N}]+/gu, '_'))
    .filter((word) => word !== '')
    .join('_')
}
