import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** What a package.json of a test service says. */
interface Manifest {
  readonly type?: 'module' | 'commonjs'
  readonly dependencies?: readonly string[]
  readonly scripts?: Readonly<Record<string, string>>
  readonly bin?: string
  readonly engines?: Readonly<Record<string, string>>
  readonly exports?: string
  readonly main?: string
  readonly module?: string
  readonly files?: readonly string[]
  readonly private?: boolean
  readonly types?: string
}

const root = mkdtempSync(path.join(os.tmpdir(), 'spanguard-handlers-'))

/**
 * A folder of its own with a package.json, since what stands around a file decides whether its handlers are judged. Files are
 * written below it as given.
 *
 * @returns a function from a path in it to the absolute path
 */
export function makeService(name: string, { dependencies = [], ...manifest }: Manifest, files: Readonly<Record<string, string>> = {}): (file: string) => string {
  const dir = path.join(root, name)
  mkdirSync(dir, { recursive: true })
  writeFileSync(
    path.join(dir, 'package.json'),
    JSON.stringify({ name, ...manifest, dependencies: Object.fromEntries(dependencies.map((each) => [each, '*'])) }),
  )
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true })
    writeFileSync(path.join(dir, file), text)
  }
  return (file) => path.join(dir, file)
}
