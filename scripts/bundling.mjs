/** How esbuild makes one file of many for Node: what is published, and what the bench measures as if it were. */
export const bundling = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  logLevel: 'warning',
}
