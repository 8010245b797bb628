import { splitName } from '@spanguard/policy'

import { isTracingPackage } from '../frameworks/index.js'
import { getPackage } from './package-json.js'

/** Words in a package's name that say that it traces, whoever made it. */
export const packageWords: ReadonlySet<string> = new Set(['apm', 'instrumentation', 'observability', 'opentelemetry', 'otel', 'telemetry', 'tracing'])

/**
 * Does a file belong to a library that is published to trace those who install it: one whose name says so, or that brings an SDK, an
 * exporter or the base of instrumentations?
 *
 * @param file absolute path
 */
export function isTracingLibrary(file: string): boolean {
  const pkg = getPackage(file)
  // The base of all instrumentations: who publishes what builds on it publishes an instrumentation.
  if (pkg?.isPublished === true && pkg.dependencies.has('@opentelemetry/instrumentation')) return true
  if (pkg?.isLibrary !== true) return false
  return [...pkg.dependencies].some(isTracingPackage) || saysTracer(pkg.name)
}

/** Does the name of a package, a module or a folder say that it is about tracing? */
export function saysTracer(name: string): boolean {
  return splitName(name.replace(/[@/]/g, '.')).some((word) => packageWords.has(word))
}
