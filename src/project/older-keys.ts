import type { Finding } from '@spanguard/policy'

import { getPackage } from './package-json.js'

/** Packages that send to a backend which builds its views of requests and databases from the older keys, with the newer ones or without. */
const readers: readonly string[] = ['@azure/monitor-opentelemetry', '@azure/monitor-opentelemetry-exporter', 'applicationinsights', 'dd-trace']

/**
 * Is what a finding reports what the backend of the file's package asks for: `http.method` in Application Insights and Datadog, a stack in
 * the attributes of a span in Datadog?
 *
 * @param file absolute path
 */
export function isReadByBackend({ data, messageId, rule }: Pick<Finding, 'rule' | 'messageId' | 'data'>, file: string): boolean {
  // Datadog's error tracking reads `error.stack` of the span.
  if (messageId === 'stack') return getPackage(file)?.dependencies.has('dd-trace') === true
  if (rule !== 'no-deprecated-attributes' || !/^"?(?:db|http|net)\./.test(String(data['key']))) return false
  const dependencies = getPackage(file)?.dependencies
  return dependencies !== undefined && readers.some((name) => dependencies.has(name))
}
