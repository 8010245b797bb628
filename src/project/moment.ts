import path from 'node:path'

/**
 * How long, in ms, what the disk said is believed. A run asks after the same folders hundreds of times a second, and nobody
 * writes a config between two files of it; in an editor it is over before the next key is pressed.
 */
const MOMENT_MS = 100

let lastFolder = ''

/**
 * The folder of a file. A run comes to the files of one folder together: for these it is one text, by which `Map`s find at once.
 *
 * @param file absolute path
 */
export function folderOf(file: string): string {
  const isSame = lastFolder !== '' && file.lastIndexOf(path.sep) === lastFolder.length && file.startsWith(lastFolder)
  if (!isSame) lastFolder = path.dirname(file)
  return lastFolder
}

/**
 * A question to the disk whose answers are believed for a moment. Errors are not kept.
 *
 * @param ask turns a path into its answer; may ask itself for another path
 */
export function forAMoment<Answer>(ask: (file: string) => Answer): (file: string) => Answer {
  const answers = new Map<string, Answer>()
  let until = 0
  return (file) => {
    const now = performance.now()
    if (now >= until) {
      answers.clear()
      until = now + MOMENT_MS
    }
    const known = answers.get(file)
    if (known !== undefined) return known
    const answer = ask(file)
    answers.set(file, answer)
    return answer
  }
}
