import type { RuleContext } from '@typescript-eslint/utils/ts-eslint'

import { openFile } from './index.js'

let asked: unknown = null
let isSilent = false

/**
 * Does a file say nothing of tracing and of its setup at all? Most files of a code base do not, and a rule that is asked here first costs
 * a fifth of one that opens the file. ESLint makes the contexts of all rules of one file from one object, which stands for the file;
 * oxlint has one object for all files, of which nothing is kept: there every rule is told no, and looks for itself.
 *
 * @throws ConfigError when the settings or the nearest config file are not valid
 */
export function isSilentFile(context: Readonly<RuleContext<string, readonly unknown[]>>): boolean {
  const ofFile: unknown = Object.getPrototypeOf(context)
  if (ofFile !== asked) {
    const file = isOfOneFile(ofFile) ? openFile(context) : null
    isSilent = file !== null && !file.mentionsTracing && !file.mentionsSetup
    asked = ofFile
  }
  return isSilent
}

/** What is read anew whenever it is asked for may be another file's the next time. */
function isOfOneFile(context: unknown): boolean {
  return typeof context === 'object' && context !== null && Object.getOwnPropertyDescriptor(context, 'sourceCode')?.value !== undefined
}
