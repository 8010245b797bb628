import { setFlagsFromString } from 'node:v8'

/**
 * Keeps the space for young objects as small as it is when the process starts; called before the compiler is loaded. Nearly
 * all that a check makes (syntax trees, symbols, types) lives as long as the check does, so that a larger space is passed
 * through and not used: it would be some tens of megabytes at the peak for no time saved. Settings of the process win that
 * someone has made (`--max-semi-space-size`, `--semi-space-growth-factor`).
 */
export function keepYoungSpaceSmall(): void {
  const given = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ').replaceAll('_', '-')
  if (!given.includes('semi-space')) setFlagsFromString('--semi-space-growth-factor=1')
}
