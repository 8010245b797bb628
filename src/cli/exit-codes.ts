/** What the command line found: 0 clean, 1 findings, 2 wrong usage, config or crash. */
export const exitCodes = { clean: 0, findings: 1, unusable: 2 } as const
