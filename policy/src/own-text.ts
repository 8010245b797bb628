/**
 * The same text with memory of its own. A part of a string that is cut out of a file's text keeps the whole text alive: whoever keeps a
 * name for longer than the file keeps a copy of it.
 */
export function ownText(text: string): string {
  return ` ${text}`.slice(1)
}
