import type { ExporterExport } from './setup-export.js'

interface ExporterModule {
  readonly modules: readonly string[]
  readonly exports: Readonly<Record<string, ExporterExport>>
}

const otlpHttp: ExporterExport = {
  role: 'exporter',
  to: 'network',
  protocol: 'http',
  endpointOptions: ['url'],
  secretOptions: ['headers'],
}
const otlpGrpc: ExporterExport = {
  role: 'exporter',
  to: 'network',
  protocol: 'grpc',
  endpointOptions: ['url'],
  secretOptions: ['headers', 'metadata'],
}
const zipkin: ExporterExport = {
  role: 'exporter',
  to: 'network',
  protocol: 'http',
  endpointOptions: ['url'],
  secretOptions: ['headers'],
}

/** Span exporters by package, old names included. Options as the packages' types name them. */
export const exporters: readonly ExporterModule[] = [
  {
    modules: ['@azure/monitor-opentelemetry-exporter'],
    exports: { AzureMonitorTraceExporter: { role: 'exporter', to: 'network', protocol: 'http' } },
  },
  {
    modules: ['@google-cloud/opentelemetry-cloud-trace-exporter'],
    exports: { TraceExporter: { role: 'exporter', to: 'network', protocol: 'grpc' } },
  },
  { modules: ['@opentelemetry/exporter-collector'], exports: { CollectorTraceExporter: otlpHttp } },
  {
    modules: ['@opentelemetry/exporter-jaeger'],
    exports: {
      JaegerExporter: {
        role: 'exporter',
        to: 'network',
        protocol: 'http',
        endpointOptions: ['endpoint'],
        secretOptions: ['password'],
      },
    },
  },
  {
    modules: ['@opentelemetry/exporter-otlp-grpc', '@opentelemetry/exporter-trace-otlp-grpc'],
    exports: { OTLPTraceExporter: otlpGrpc },
  },
  {
    modules: [
      '@opentelemetry/exporter-otlp-http',
      '@opentelemetry/exporter-otlp-proto',
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/exporter-trace-otlp-proto',
    ],
    exports: { OTLPTraceExporter: otlpHttp },
  },
  { modules: ['@opentelemetry/exporter-zipkin'], exports: { ZipkinExporter: zipkin } },
  {
    modules: ['@vercel/otel'],
    exports: { OTLPHttpJsonTraceExporter: otlpHttp, OTLPHttpProtoTraceExporter: otlpHttp },
  },
]
