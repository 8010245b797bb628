import { parseArgs } from 'node:util'
import { DemoError } from './terminal.js'

export interface DemoOptions {
  /** Where Tempo answers queries, such as http://localhost:3200; absent for the receiver in this process. */
  readonly tempo?: URL
  /** Where services send their spans, such as http://localhost:4318. */
  readonly otlp?: URL
}

/**
 * Reads the command line: nothing, or `--tempo URL --otlp URL`.
 *
 * @throws DemoError when an option is unknown, when only one of the two is there, or when one is no http URL.
 */
export function readOptions(argv: readonly string[]): DemoOptions {
  const { tempo, otlp } = parse(argv)
  if (tempo === undefined && otlp === undefined) return {}
  if (tempo === undefined || otlp === undefined) {
    throw new DemoError('--tempo and --otlp belong together: npm run demo -- --tempo http://localhost:3200 --otlp http://localhost:4318')
  }
  return { tempo: httpUrl('--tempo', tempo, 'http://localhost:3200'), otlp: httpUrl('--otlp', otlp, 'http://localhost:4318') }
}

function parse(argv: readonly string[]): { tempo?: string; otlp?: string } {
  try {
    return parseArgs({ args: [...argv], options: { tempo: { type: 'string' }, otlp: { type: 'string' } } }).values
  } catch (error) {
    throw new DemoError(error instanceof Error ? error.message : String(error))
  }
}

function httpUrl(option: string, text: string, example: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new DemoError(`${option} wants a URL such as ${example}, not "${text}"`)
  }
  return url
}
