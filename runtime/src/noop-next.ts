/** What `instrumentation.ts` gets where it is compiled for the edge runtime. */
export function register(): void {}

export function onRequestError(_error: unknown, _request: unknown, _context: unknown): void {}
