export function replaceSpreads(text: string): string
