import path from 'node:path'
import { defineConfig } from 'vitest/config'

const from = (folder: string) => path.resolve(import.meta.dirname, folder)

/**
 * Unit tests run from source; what must run on the build (packed packages, bundles, other Node versions) spawns processes. The timeouts are
 * there for what hangs: a compiler or five processes may take a minute on two cores that others use too.
 */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@spanguard\/policy$/, replacement: from('policy/src/index.ts') },
      { find: /^@spanguard\/runtime$/, replacement: from('runtime/src/index.ts') },
      { find: /^@spanguard\/runtime\/(.+)$/, replacement: from('runtime/src/$1.ts') },
    ],
  },
  test: { include: ['test/**/*.test.ts'], globalSetup: ['test/say-skipped.ts'], exclude: ['test/fixtures/**'], testTimeout: 120_000, hookTimeout: 120_000 },
})
