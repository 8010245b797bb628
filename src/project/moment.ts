/**
 * How long, in ms, what the disk said is believed. A run asks after the same folders hundreds of times a second, and nobody
 * writes a config between two files of it; in an editor it is over before the next key is pressed.
 */
const MOMENT_MS = 100

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
