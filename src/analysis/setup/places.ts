import path from 'node:path'

import { getPackage } from '../../project/package-json.js'

/** Folders of what is written to be tried out at a terminal, where people look at what is printed. */
const SAMPLES = /^(?:(?:[\w.]+-)*(?:demos?|examples?|getting-started|playgrounds?|quick-?starts?|samples?|tutorials?)(?:-[\w.]+)*)$/i

/** Folders of what measures: one way of sending against another, for as long as the measurement runs. */
const BENCHMARKS = /^(?:[\w-]+-)?bench(?:es|marks?|marking)?$/i

/** Does a file stand in a folder of samples, below the folder that is linted? */
export function isSample(filename: string, cwd: string): boolean {
  return foldersOf(filename, cwd).some((folder) => SAMPLES.test(folder))
}

/** Does a file stand in a folder of benchmarks, below the folder that is linted? */
export function isBenchmark(filename: string, cwd: string): boolean {
  return foldersOf(filename, cwd).some((folder) => BENCHMARKS.test(folder))
}

function foldersOf(filename: string, cwd: string): readonly string[] {
  const relative = path.relative(cwd, filename)
  const inside = relative.startsWith('..') || path.isAbsolute(relative) ? path.relative(getPackage(filename)?.dir ?? path.dirname(filename), filename) : relative
  return inside.split(path.sep).slice(0, -1)
}
