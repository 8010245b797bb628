import path from 'node:path'
import type { CheckResult } from '../checker/index.js'
import { planMends } from '../mend/index.js'
import { writeAllAtomically } from './write-file.js'

/**
 * `--fix`: inserts the middleware of every app that the checker found untraced, in all files at once.
 *
 * @returns what was done, for people
 */
export function mend(result: CheckResult, cwd: string): string {
  const places = new Map<string, number[]>()
  for (const finding of result.findings) {
    if (finding.rule !== 'require-handler-tracing') continue
    const group = places.get(finding.file)
    if (group) group.push(finding.origin.start)
    else places.set(finding.file, [finding.origin.start])
  }
  const { files, missing } = planMends(places)
  writeAllAtomically(files)
  const lines = files.flatMap(file => file.inserted.map(({ code, module, line }) => `mended  ${path.relative(cwd, file.path)}:${String(line)}  '${code}' of ${module}\n`))
  const left = [...missing].map(name => `Not mended, since package.json does not have ${name}: run npm install ${name} where the service stands, then once more.\n`)
  return [...lines, ...left].join('') || (places.size === 0 ? 'Nothing to mend.\n' : 'Nothing could be mended safely: what is left wants a decision.\n')
}
