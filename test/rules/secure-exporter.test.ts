import rule from '../../rules/secure-exporter.js'
import { findingsOnly, ruleTester } from '../rule-tester.js'

const http = `import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'\n`
const to = (url: string): string => `${http}new OTLPTraceExporter({ url: ${url} })`

const local = [
  'localhost:4318',
  'tempo.localhost',
  '127.0.0.1:4318',
  '[::1]:4318',
  '0.0.0.0:4318',
  '10.255.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '[fd00::1]',
  'collector',
  'otel-collector:4318',
  'collector.monitoring.svc',
  'collector.monitoring:4318',
  'tempo.shop-observability',
  'collector.monitoring.svc.cluster.local:4318',
  'printer.local',
  'host.docker.internal',
]
const open = ['collector.example.com', 'tempo.acme.io:4318', '8.8.8.8', '172.15.255.255', '172.32.0.1', '192.169.0.1', '100.128.0.1', '[2001:db8::1]:4318', 'svc.example.com', 'internal.acme.io', 'monitoring.shop', 'collector.eu.monitoring', 'tempo.xn--p1ai']

ruleTester.run('secure-exporter', findingsOnly(rule), {
  valid: [
    { name: 'a key from the caller, or none (Flowise)', code: `${http}export const send = (options) => new OTLPTraceExporter({ headers: { authorization: \`Bearer \${options.apiKey || ''}\` } })` },
    ...local.map((host) => ({ name: `plain to ${host}`, code: to(`'http://${host}/v1/traces'`) })),
    { name: 'https to anywhere', code: to(`'https://tempo.acme.io/v1/traces'`) },
    { name: 'no options', code: `${http}new OTLPTraceExporter()` },
    { name: 'from the environment', code: to('process.env.OTEL_EXPORTER_OTLP_ENDPOINT') },
    { name: 'a host that is known only at run time', code: to('`http://${process.env.COLLECTOR}.acme.io/v1/traces`') },
    { name: 'a host whose end is known only at run time', code: to('`http://collector${suffix}/v1/traces`') },
    { name: 'plain in what is no exporter', code: `${http}fetch('http://acme.io')\nnew Client({ url: 'http://acme.io' })` },
    { name: 'gRPC without a scheme is encrypted', code: `import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'\nnew OTLPTraceExporter({ url: 'tempo.acme.io:4317' })` },
    { name: 'a key from the environment', code: `${http}new OTLPTraceExporter({ headers: { 'x-honeycomb-team': process.env.KEY, authorization: \`Bearer \${token}\` } })` },
    { name: 'a placeholder', code: `${http}new OTLPTraceExporter({ headers: { 'api-key': '<your-api-key>', authorization: 'Bearer YOUR_TOKEN' } })` },
    { name: 'a header that is no secret', code: `${http}new OTLPTraceExporter({ headers: { 'x-scope-orgid': 'tenant-production-1' } })` },
    { name: 'a user without a password', code: to(`'https://tenant@tempo.acme.io'`) },
    { name: 'a password that is known only at run time', code: to('`https://tenant:${process.env.PASSWORD}@tempo.acme.io`') },
    { name: 'in a test', filename: 'exporter.test.ts', code: to(`'http://acme.io'`) },
  ],
  invalid: [
    ...open.map((host) => ({
      name: `plain to ${host}`,
      code: to(`'http://${host}/v1/traces'`),
      errors: [{ messageId: 'plain' as const, line: 2, column: 30 }],
    })),
    {
      name: 'plain in a constant, at the constant',
      code: `${http}const url = 'http://tempo.acme.io'\nnew OTLPTraceExporter({ url })\nnew OTLPTraceExporter({ url })`,
      errors: [{ messageId: 'plain', line: 2, column: 13, data: { name: '"OTLPTraceExporter"', host: '"tempo.acme.io"' } }],
    },
    {
      name: 'plain as a fallback',
      code: to(`process.env.ENDPOINT ?? 'http://tempo.acme.io/v1/traces'`),
      errors: [{ messageId: 'plain', line: 2, column: 54 }],
    },
    {
      name: 'plain with a path and a port that are known only at run time',
      code: to('`http://tempo.acme.io:${port}/${path}`'),
      errors: [{ messageId: 'plain', line: 2 }],
    },
    {
      name: 'plain, put together from constants',
      code: `${http}const HOST = 'tempo.acme.io'\nnew OTLPTraceExporter({ url: 'http://' + HOST + '/v1/traces' })`,
      errors: [{ messageId: 'plain', line: 3 }],
    },
    {
      name: 'gRPC without encryption',
      code: `import { credentials } from '@grpc/grpc-js'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
new OTLPTraceExporter({ url: 'tempo.acme.io:4317', credentials: credentials.createInsecure() })`,
      errors: [{ messageId: 'plain', line: 3, column: 30 }],
    },
    {
      name: 'Zipkin and Jaeger',
      code: `import { JaegerExporter } from '@opentelemetry/exporter-jaeger'
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin'
new JaegerExporter({ endpoint: 'http://jaeger.acme.io/api/traces' })
new ZipkinExporter({ url: 'http://zipkin.acme.io/api/v2/spans' })`,
      errors: [
        { messageId: 'plain', line: 3 },
        { messageId: 'plain', line: 4 },
      ],
    },
    {
      name: 'plain, put into the environment by the source',
      code: `process.env.OTEL_EXPORTER_OTLP_ENDPOINT ??= 'http://tempo.acme.io'`,
      errors: [{ messageId: 'plain', line: 1, column: 45 }],
    },
    {
      name: 'a key in a header',
      code: `${http}new OTLPTraceExporter({ headers: { 'x-honeycomb-team': 'hc4f83b1c09d7' } })`,
      errors: [{ messageId: 'credentials', line: 2, column: 56, data: { what: 'The value of "x-honeycomb-team"' } }],
    },
    {
      name: 'a key in a header of an object of its own',
      code: `${http}const headers = { Authorization: 'Basic c2hvcDpwNHNzdzByZA==' }\nnew OTLPTraceExporter({ headers })`,
      errors: [{ messageId: 'credentials', line: 2, column: 34 }],
    },
    {
      name: 'a key in the metadata of gRPC',
      code: `import { Metadata } from '@grpc/grpc-js'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
const metadata = new Metadata()
metadata.set('api-key', '0a1b2c3d4e5f')
new OTLPTraceExporter({ metadata })`,
      errors: [{ messageId: 'credentials', line: 4, column: 25 }],
    },
    {
      name: 'keys of the environment that the source sets',
      code: `process.env.OTEL_EXPORTER_OTLP_HEADERS = 'x-tenant=acme,api-key=0a1b2c3d4e5f'`,
      errors: [{ messageId: 'credentials', line: 1, data: { what: 'The value of "api-key"' } }],
    },
    {
      name: 'a key of a distribution',
      code: `import { initSDK } from '@hyperdx/node-opentelemetry'\ninitSDK({ apiKey: '0a1b2c3d4e5f' })`,
      errors: [{ messageId: 'credentials', line: 2, column: 19 }],
    },
    {
      name: 'a password in a URL; its host is said nothing of',
      code: to(`'http://shop:p4ssw0rd@tempo.acme.io'`),
      errors: [{ messageId: 'credentials', line: 2, column: 30 }],
    },
  ],
})
