const LIMIT = 60

/** A name in a message: quoted, on one line, long ones shortened in the middle. Every message takes its names from here. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (line.length <= LIMIT) return `"${line}"`
  return `"${line.slice(0, LIMIT - 20)}…${line.slice(-18)}"`
}
