import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** Git could not do what was asked of it; the message is one sentence that says what to do. */
export class GitError extends Error {
  override readonly name = 'UsageError'
}

/** The lines of a working tree that differ from a commit. */
export interface Changes {
  /** The commit that it is compared with, as it was asked for or found. */
  readonly against: string
  /** By absolute path: the lines that are new or changed, counted from 1; `all` for a file that is new. A file that only lost lines, or was only moved, has none. */
  readonly files: ReadonlyMap<string, ReadonlySet<number> | 'all'>
  /** The texts of a changed file, before and now; one where it is new or gone. */
  textsOf(file: string): readonly string[]
}

/** Output of git beyond this size is a repository that nobody reviews. In bytes. */
const maxOutput = 512 * 1024 * 1024

/**
 * What differs between the working tree and the commit at which it left another one: committed, staged, changed and new files.
 *
 * @param dir any folder of the repository
 * @param ref a branch, tag or commit; without one, what the pull request of the CI job goes to, else the remote's default branch
 * @throws GitError when there is no repository or no such commit
 */
export function changesAgainst(dir: string, ref: string | undefined, environment: Readonly<Record<string, string | undefined>>): Changes {
  const top = topFolder(dir)
  const against = ref ?? defaultBase(dir, environment)
  const base = mergeBase(dir, against)
  const files = new Map<string, Set<number> | 'all'>()
  const moved = new Map<string, string>()
  const diff = git(dir, ['diff', '--unified=0', '--no-color', '--no-ext-diff', '--no-textconv', '--find-renames', '--src-prefix=a/', '--dst-prefix=b/', base, '--', '.'], `git cannot compare with ${against}`)
  readHunks(diff, name => path.join(top, name), files, moved)
  for (const name of git(dir, ['ls-files', '--others', '--exclude-standard', '--full-name', '-z'], 'git cannot list new files').split('\0')) {
    if (name !== '') files.set(path.join(top, name), 'all')
  }
  const texts = new Map<string, readonly string[]>()
  return {
    against, files,
    textsOf: file => {
      const known = texts.get(file)
      if (known) return known
      const before = run(dir, ['show', `${base}:./${path.relative(dir, moved.get(file) ?? file).split(path.sep).join('/')}`])
      const read = [...(before.status === 0 ? [before.stdout] : []), ...(existsSync(file) ? [readFileSync(file, 'utf8')] : [])]
      texts.set(file, read)
      return read
    },
  }
}

/** @param moved is filled: where a renamed file stood before, by where it stands now */
function readHunks(diff: string, pathOf: (name: string) => string, files: Map<string, Set<number> | 'all'>, moved: Map<string, string>): void {
  let lines = new Set<number>()
  let before = ''
  /** Lines of the hunk that are still to come: one of them may look like a header. */
  let body = 0
  for (const line of diff.split('\n')) {
    const hunk = body > 0 ? null : /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/u.exec(line)
    if (hunk) {
      const from = Number(hunk[2])
      const count = Number(hunk[3] ?? 1)
      for (let at = from; at < from + count; at++) lines.add(at)
      body = Number(hunk[1] ?? 1) + count
    } else if (body > 0) {
      if (!line.startsWith('\\')) body--
    } else if (line.startsWith('rename from ')) {
      before = pathOf(nameIn(line, 'rename from '))
      files.set(before, new Set())
    } else if (line.startsWith('rename to ')) {
      const after = pathOf(nameIn(line, 'rename to '))
      moved.set(after, before)
      files.set(after, new Set())
    } else if (line.startsWith('--- ')) before = nameIn(line)
    else if (line.startsWith('+++ ')) {
      const after = nameIn(line)
      lines = new Set()
      if (after === '/dev/null') files.set(pathOf(before.slice(2)), lines)
      else files.set(pathOf(after.slice(2)), before === '/dev/null' ? 'all' : lines)
    }
  }
}

/** `+++ b/a name`, `+++ "b/caf\303\251"`: git quotes names that hold other than printable ASCII, as C does. */
function nameIn(line: string, label = '+++ '): string {
  const name = line.slice(label.length).replace(/\t$/u, '')
  if (!name.startsWith('"')) return name
  const bytes: number[] = []
  for (const [, octal, escaped, plain] of name.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\])/gu)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8))
    else bytes.push(...Buffer.from(escaped === undefined ? (plain ?? '') : (({ n: '\n', t: '\t', r: '\r' })[escaped] ?? escaped)))
  }
  return Buffer.from(bytes).toString('utf8')
}

/**
 * Runs something on the files of a commit, written to a temporary folder. Neither the user's files, index nor list of worktrees
 * are touched, and the folder goes when the work ends.
 *
 * @param use is given the folder of the commit that corresponds to `dir`
 * @throws GitError when there is no repository or no such commit
 */
export async function withTreeOf<T>(dir: string, ref: string, use: (folder: string) => Promise<T>): Promise<T> {
  const top = topFolder(dir)
  const commit = mergeBase(dir, ref)
  removeAbandonedTrees()
  const temporary = mkdtempSync(path.join(realpathSync(os.tmpdir()), `${treePrefix}${String(process.pid)}-`))
  try {
    const environment = { GIT_INDEX_FILE: path.join(temporary, 'index'), GIT_LFS_SKIP_SMUDGE: '1' }
    git(top, ['read-tree', commit], `git cannot read ${ref}`, environment)
    git(top, ['checkout-index', '--all', `--prefix=${path.join(temporary, 'tree')}${path.sep}`], `git cannot write the files of ${ref}`, environment)
    return await use(path.join(temporary, 'tree', path.relative(top, path.resolve(dir))))
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

const treePrefix = 'spanguard-tree-'

/** Ctrl-C ends a run at once, also in the middle of a long computation, where no handler would run: the next run tidies up. */
function removeAbandonedTrees(): void {
  for (const name of readdirSync(os.tmpdir())) {
    const pid = name.startsWith(treePrefix) ? Number.parseInt(name.slice(treePrefix.length), 10) : Number.NaN
    if (!Number.isNaN(pid) && !isRunning(pid)) rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The repository's folder, by the path under which `dir` was given (a link in it is kept). */
function topFolder(dir: string): string {
  return path.resolve(dir, git(dir, ['rev-parse', '--show-cdup'], `${dir} is in no git repository`).trim())
}

/** Where a pull request goes, by the variables of GitHub Actions and GitLab CI; else the default branch of the remote. */
function defaultBase(dir: string, environment: Readonly<Record<string, string | undefined>>): string {
  const { CI_MERGE_REQUEST_DIFF_BASE_SHA: gitlab, GITHUB_BASE_REF: github } = environment
  if (gitlab !== undefined && gitlab !== '') return gitlab
  if (github !== undefined && github !== '') return `origin/${github}`
  for (const candidate of ['origin/HEAD', 'origin/main', 'origin/master']) {
    if (run(dir, ['rev-parse', '--verify', '--quiet', `${candidate}^{commit}`]).status === 0) return candidate
  }
  return 'HEAD'
}

function mergeBase(dir: string, ref: string): string {
  const commit = run(dir, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`])
  if (commit.status !== 0 && run(dir, ['rev-parse', '--verify', '--quiet', 'HEAD']).status !== 0) throw new GitError('This repository has no commit yet, so that there is nothing to compare with: commit first, or leave --changed and --diff out.')
  if (commit.status !== 0) throw new GitError(`There is no commit "${ref}" in this repository: fetch it (a CI checkout is shallow by default, fetch-depth: 0 gets all), or name a branch, tag or commit that is there.`)
  const base = run(dir, ['merge-base', commit.stdout.trim(), 'HEAD'])
  return base.status === 0 ? base.stdout.trim() : commit.stdout.trim()
}

function git(dir: string, parameters: readonly string[], otherwise: string, environment: Readonly<Record<string, string>> = {}): string {
  const { status, stdout, stderr, error } = run(dir, parameters, environment)
  if (error) throw new GitError(`git cannot be run (${error.message}): install it, or leave out what compares commits.`)
  if (status !== 0) throw new GitError(`${otherwise} (${stderr.trim().split('\n')[0] ?? 'no reason given'}).`)
  return stdout
}

function run(dir: string, parameters: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return spawnSync('git', parameters, { cwd: dir, encoding: 'utf8', maxBuffer: maxOutput, env: { ...process.env, LC_ALL: 'C', ...environment } })
}
