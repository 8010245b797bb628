import path from 'node:path'
import { expect, test } from 'vitest'
import { fixtures, startNode } from './processes.js'

/**
 * What the runtime says of itself goes to logs that many can read. Headers and URLs hold the collector's credentials, right or
 * wrong, and nobody is listening, so that there is something to say.
 */
const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'headers as they should be': { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hunter22,api-key=hunter22' },
  'headers that are none': { OTEL_EXPORTER_OTLP_HEADERS: 'Bearer hunter22' },
  'headers that HTTP does not take': { OTEL_EXPORTER_OTLP_HEADERS: 'auth orization=hunter22,x=%E0%A4%A,y=hunter22%0d%0a' },
  'headers over gRPC': { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer hunter22,bad header=hunter22' },
  'a URL with a password': { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://jane:hunter22@127.0.0.1:1' },
  'a URL with a password over gRPC': { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://jane:hunter22@127.0.0.1:1' },
  'a URL with a password and a bad port': { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://jane:hunter22@127.0.0.1:bad' },
  'a URL with a password and another scheme': { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'ftp://jane:hunter22@127.0.0.1' },
  'an endpoint with a password and no scheme': { TEMPO_ENDPOINT: 'jane:hunter22@127.0.0.1:3200' },
  'an endpoint with a token in its query': { TEMPO_ENDPOINT: 'http://127.0.0.1:3200/?token=hunter22' },
  'resource attributes': { OTEL_RESOURCE_ATTRIBUTES: 'a=%E0%A4%A,password=hunter22,hunter22' },
}

test.each(Object.keys(settings))('%s are never written to stderr, at any log level', async name => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_TIMEOUT: '200', ...settings[name], OTEL_LOG_LEVEL: 'ALL' }
  const ended = await startNode(['--import', '@spanguard/runtime/register', 'app.mjs'], env, path.join(fixtures, 'service')).ended
  expect(ended.stderr).toContain('spanguard: ')
  expect(ended.stderr + ended.stdout).not.toContain('hunter22')
})
