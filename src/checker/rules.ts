/** What the checker's rules are, for reports that carry help. Sorted. */
export const checkerRules: Readonly<Record<string, string>> = {
  'approved-setup': 'Tracing is set up once in each process.',
  'disable-comment': 'A comment that switches a rule off says why, and something is switched off by it.',
  'handler-coverage': 'The share of traced handlers of each service is at least what is asked for.',
  'require-handler-tracing': 'Every handler of every service is traced.',
  'require-shutdown': 'What sets up tracing is shut down before the process ends.',
  'setup-first': 'Tracing is set up before the modules that it must change are loaded.',
  'stale-policy': 'The policy that a service runs with is the one that its config makes.',
}

/** Rules that no ESLint rule stands beside: their page is the checker's. */
export const ownRules: ReadonlySet<string> = new Set(['disable-comment', 'handler-coverage', 'stale-policy'])

/** Where a rule's page stands in the repository's documentation. */
export function ruleUrl(rule: string): string {
  if (ownRules.has(rule)) return `https://github.com/spanguard/spanguard/blob/main/docs/checker.md#${rule}`
  return `https://github.com/spanguard/spanguard/blob/main/docs/rules/${rule}.md`
}
