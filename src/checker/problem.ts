/**
 * What kept the checker from checking something. `config` stops a run from being trusted at all (exit code 2);
 * `unchecked` says that a file or folder was left out, which is never counted as clean (exit code 1);
 * `notice` is worth knowing and changes nothing.
 */
export interface Problem {
  readonly level: 'config' | 'unchecked' | 'notice'
  /** One sentence: what, where, and what to do. */
  readonly message: string
  /** Absolute path of the file it is about. */
  readonly file: string
  readonly line?: number
}

/** Wrong usage: the path does not exist, an option has no such value. The command line turns it into exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
