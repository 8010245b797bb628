import type { FolderPlace } from './places.js'

/** Names by what they say: in lower case, words joined by hyphens (`tmdbMockServer` is `tmdb-mock-server`). A `*` stands for any words, or none. */
export type PlaceWords = Readonly<Partial<Record<FolderPlace, readonly string[]>>>

/**
 * Names of folders that hold no service, outside of the sources of a package. Names that may be a product's too (`mock-interviews`,
 * `fake-detection`, `ab-tests`, `smoke-detector`) are none of them. Learned from repositories, of which `docs/accuracy.md` tells.
 */
export const folderWords: PlaceWords = {
  benchmark: ['*-bench', '*-benches', '*-benchmark', '*-benchmarking', '*-benchmarks'],
  copy: ['backups'],
  docs: ['docs'],
  fixture: ['fixtures', 'test-fixtures'],
  sample: [
    '*-demo', '*-demos', '*-example', '*-examples', '*-getting-started', '*-playground', '*-playgrounds', '*-quick-start', '*-quick-starts', '*-quickstart',
    '*-quickstarts', 'code-samples', 'sample', 'sample-applications', 'sample-apps', 'samples', 'tutorial', 'tutorials',
  ],
  scratch: ['scratch', 'scratchpad'],
  'stand-in': [
    '*-mock', '*-mock-api', '*-mock-backend', '*-mock-server', '*-mock-servers', '*-mock-service', '*-mock-services', '*-mocks', '*-stub-server', '*-stubs', 'fake',
    'fake-*-api', 'fake-*-server', 'fakes', 'mock-*-api', 'mock-*-backend', 'mock-*-collector', 'mock-*-server', 'mock-*-service', 'stub', 'stub-*-server',
  ],
  template: ['template', 'templates'],
  test: [
    'acceptance', 'acceptance-tests', 'api-tests', 'conformance-tests', 'contract-tests', 'e2e', 'e2e-tests', 'functional-tests', 'integration-tests', 'load-generator',
    'load-test', 'load-testing', 'load-tests', 'performance-tests', 'regression-tests', 'smoke', 'smoke-runner', 'smoke-test', 'smoke-tests', 'stress-tests', 'system-tests',
    'test', 'test-*-server', 'test-*-service', 'test-agent', 'test-agents', 'test-app', 'test-apps', 'test-client', 'test-clients', 'test-servers', 'test-services',
    'test-support', 'test-utils', 'testapp', 'testapps', 'testing', 'tests', 'unit-tests',
  ],
  tool: ['dev-tools', 'devtools', 'scripts'],
}

/** The same for folders at the top of what is linted, where they stand beside its programs; deeper they may be part of one (`src/tools` of an agent). */
export const topFolderWords: PlaceWords = {
  copy: ['*-backups', 'archive', 'archived'],
  infra: ['infra'],
  sample: ['*-sample', '*-samples', '*-tutorial', '*-tutorials'],
  tool: ['dev', 'script', 'tools'],
}

/** The same for folders below `src`, `app` or `lib`, where a service calls its own modules as it likes (`src/playground`, `src/modules/samples`). */
export const sourceFolderWords: PlaceWords = {
  benchmark: ['benchmark', 'benchmarks'],
  sample: ['examples'],
  'stand-in': ['mocks'],
  test: ['test-support', 'test-utils'],
  tool: ['scripts'],
}

/** The same for files, without their extension. */
export const fileWords: PlaceWords = {
  benchmark: ['*-bench', '*-benchmark'],
  scratch: ['*-repro', 'scratch'],
  'stand-in': ['*-mock', '*-mock-api', '*-mock-server', 'fake-*-server', 'mock-*-api', 'mock-*-server', 'stub-*-server'],
  test: [
    'load-test', 'smoke-test', 'test-*-opentelemetry', 'test-*-otel', 'test-*-telemetry', 'test-*-tracing', 'test-app', 'test-client', 'test-server', '*-opentelemetry-test',
    '*-otel-smoke-test', '*-otel-test', '*-telemetry-test', '*-tracing-test', '*-tracing-validator', 'smoke-test-*-telemetry', 'validate-*-otel', 'validate-*-tracing',
    'verify-*-opentelemetry', 'verify-*-otel', 'verify-*-tracing',
  ],
  tool: [
    'craco-config', 'cypress-config', 'dev-server', 'jest-config', 'playwright-config', 'rollup-config', 'rsbuild-config', 'rspack-config', 'vite-config', 'vitest-config', 'vue-config', 'webpack-config',
  ],
}
