/** Rules that no ESLint rule stands beside: their page is the checker's. Sorted; `ruleDescriptions` of the policy says what each is. */
export const ownRules: ReadonlySet<string> = new Set(['attribute-type', 'disable-comment', 'handler-coverage', 'handler-span', 'span-name-shared', 'stale-policy'])

/** Where a rule's page stands in the repository's documentation. */
export function ruleUrl(rule: string): string {
  if (ownRules.has(rule)) return `https://github.com/spanguard/spanguard/blob/main/docs/checker.md#${rule}`
  return `https://github.com/spanguard/spanguard/blob/main/docs/rules/${rule}.md`
}
