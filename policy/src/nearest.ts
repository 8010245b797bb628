/**
 * The candidate with the fewest edits from `word`; null when nothing is near.
 *
 * @param most how many edits a slip of the pen may make; a third of the word's length where nothing else is said
 */
export function findNearest(word: string, candidates: Iterable<string>, most = Math.max(1, Math.floor(word.length / 3))): string | null {
  let best: string | null = null
  let least = most + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= least) continue
    const distance = countEdits(word.toLowerCase(), candidate.toLowerCase(), least)
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

/** Levenshtein distance, given up once it cannot be less than `limit`. */
function countEdits(from: string, to: string, limit: number): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const swap = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    if (Math.min(...current) >= limit) return limit
    previous = current
  }
  return previous[to.length] ?? limit
}
