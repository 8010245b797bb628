import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Policy } from '@spanguard/policy'
import { isOutOfScope } from '../../project/file-scope.js'
import type { Problem } from '../problem.js'
import type { ProjectFiles } from './files.js'
import type { OutwardLink } from './links.js'

/**
 * What is said of a file that no compiler is given, `null` where nobody wants it checked. What a tool wrote fails no run.
 *
 * @param root what the policy's patterns are relative to
 * @param cwd what the sentence writes the file's path relative to
 */
export function unfitProblem({ file, size }: ProjectFiles['unfit'][number], policy: Policy, root: string, cwd: string): Problem | null {
  const text = size === null ? '' : readFileSync(file, 'utf8')
  if (isOutOfScope(file, text, policy, root)) return null
  const name = path.relative(cwd, file)
  if (size === null) return { level: 'unchecked', file, message: `${name} is a link that leads to no file, so that it was not checked: mend the link, or take it away.` }
  const large = `${(size / 1e6).toFixed(1)} MB`
  return isGenerated(text)
    ? { level: 'notice', file, message: `${name} holds ${large} of generated code, so that it was not checked: name it in "files.ignore" of the config where that is right.` }
    : { level: 'unchecked', file, message: `${name} is ${large} large, so that it was not checked: split it, or name it in "files.ignore" of the config when it is generated.` }
}

/** What is said of a link to sources that stand elsewhere, `null` where nobody wants them checked. */
export function outwardProblem({ file, target }: OutwardLink, policy: Policy, root: string, cwd: string): Problem | null {
  if (isOutOfScope(file, '', policy, root) || isOutOfScope(path.join(file, 'index.ts'), '', policy, root)) return null
  const name = path.relative(cwd, file)
  return { level: 'unchecked', file, message: `${name} is a link to ${target}, outside of what is checked, so that the sources there were not: give that path to the check as well, or name the link in "files.ignore" of the config.` }
}

/** It says so at its top, or its lines are longer than any that people write. */
function isGenerated(text: string): boolean {
  return /@generated|auto-?generated|do not edit|eslint-disable|webpack/iu.test(text.slice(0, 400)) || text.length > 300 * text.split('\n').length
}
