import type { FolderPlace } from './places.js'

/**
 * Names of folders that hold no service, in lower case, words joined by hyphens (`tmdbMockServer` is `tmdb-mock-server`). A `*` at an end
 * stands for any words there, or none. Learned from repositories, of which `docs/accuracy.md` tells.
 */
export const folderWords: Readonly<Partial<Record<FolderPlace, readonly string[]>>> = {
  benchmark: ['*-bench', '*-benches', '*-benchmark', '*-benchmarking', '*-benchmarks'],
  copy: ['*-backups'],
  docs: ['docs'],
  fixture: ['*-fixtures'],
  sample: [
    '*-demo', '*-demos', '*-example', '*-examples', '*-getting-started', '*-playground', '*-playgrounds', '*-quick-start', '*-quick-starts', '*-quickstart',
    '*-quickstarts', '*-sample', '*-samples', '*-tutorial', '*-tutorials', 'sample-applications', 'sample-apps',
  ],
  scratch: ['*-scratch', '*-scratchpad', 'trash'],
  'stand-in': ['*-fake', '*-fakes', '*-mock-*', '*-mocks-*', '*-stub', '*-stubs', 'fake-*', 'stub-*'],
  template: ['template', 'templates'],
  test: [
    '*-tests', 'acceptance', 'e2e', 'load-generator', 'load-test', 'load-testing', 'smoke', 'smoke-*', 'test', 'test-agent', 'test-agents', 'test-app', 'test-apps', 'test-bot', 'test-bots', 'test-client', 'test-clients',
    'test-server', 'test-servers', 'test-service', 'test-services', 'test-support', 'test-utils', 'testapp', 'testapps', 'testing',
  ],
  tool: ['dev-tools', 'devtools', 'scripts'],
}

/** The same for files, without their extension. */
export const fileWords: Readonly<Partial<Record<FolderPlace, readonly string[]>>> = {
  benchmark: ['*-bench', '*-benchmark', 'load-test'],
  scratch: ['*-repro', 'scratch', 'scratch-*', 'tmp-*'],
  'stand-in': ['*-mock', 'mock-*', 'fake-*', 'stub-*'],
  test: ['test-app', 'test-client', 'test-server', 'test-worker'],
  tool: ['dev-server'],
}

/** The same for folders at the top of what is linted, where they stand beside its programs; deeper they may be part of one (`src/tools` of an agent). */
export const topFolderWords: Readonly<Partial<Record<FolderPlace, readonly string[]>>> = {
  copy: ['archive', 'archived'],
  infra: ['infra'],
  tool: ['dev', 'script', 'tools'],
}
