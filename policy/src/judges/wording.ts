const LIMIT = 60

/** Most names are on one line as they stand, and most are made ready for messages that nobody will be told. */
const MANY_LINES = /\s\s|[^\S ]|^\s|\s$/

/** A name in a message: quoted, on one line, long ones shortened in the middle. Every message takes its names from here. */
export function shorten(text: string): string {
  const line = MANY_LINES.test(text) ? text.replace(/\s+/g, ' ').trim() : text
  if (line.length <= LIMIT) return `"${line}"`
  return `"${line.slice(0, LIMIT - 20)}…${line.slice(-18)}"`
}
