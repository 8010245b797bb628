import type { FrameworkDescriptor } from './descriptor.js'

/**
 * AWS Lambda. A file says that it is one by a type of `aws-lambda`, or serverless.yml or a SAM template names its export.
 * Source: docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html; types of @types/aws-lambda.
 */
export const lambda: FrameworkDescriptor = {
  name: 'aws-lambda',
  label: 'AWS Lambda',
  kind: 'function',
  modules: ['@types/aws-lambda', 'aws-lambda'],
  objects: {},
  roots: [],
  handlers: [],
  exports: [
    {
      names: ['*'],
      types: [
        'APIGatewayProxyHandler',
        'APIGatewayProxyHandlerV2',
        'APIGatewayProxyWebsocketHandlerV2',
        'ALBHandler',
        'CloudFormationCustomResourceHandler',
        'CloudFrontRequestHandler',
        'CodePipelineHandler',
        'DynamoDBStreamHandler',
        'EventBridgeHandler',
        'FirehoseTransformationHandler',
        'Handler',
        'KinesisStreamHandler',
        'LambdaFunctionURLHandler',
        'S3Handler',
        'SESHandler',
        'SNSHandler',
        'SQSHandler',
        'ScheduledHandler',
      ],
      parameters: ['event'],
    },
  ],
  tracedBy: [
    { module: '@aws-lambda-powertools/tracer', export: '*' },
    { module: '@aws-lambda-powertools/tracer/middleware', export: '*' },
    { module: '@sentry/*', export: 'wrapHandler' },
    { module: '@spanguard/runtime', export: 'withSpan' },
    { module: 'datadog-lambda-js', export: 'datadog' },
  ],
  insert: { module: '@spanguard/runtime', export: 'withSpan', spanAction: 'handle', as: 'suggestion' },
}

const extensions = '{cjs,cts,js,jsx,mjs,mts,ts,tsx}'

/**
 * Next.js. Which of these files are its own the extensions tell that its config names. Its files are loaded by the framework, which `instrumentation.ts` traces: the checker's to judge.
 * Source: nextjs.org/docs/app/api-reference/file-conventions/route, /docs/pages/building-your-application/routing/api-routes.
 */
export const next: FrameworkDescriptor = {
  name: 'next',
  label: 'Next.js',
  kind: 'function',
  modules: ['next', 'next/*'],
  objects: {},
  roots: [],
  handlers: [],
  exports: [
    {
      files: [`**/app/**/route.${extensions}`, `**/app/**/route.*.${extensions}`],
      names: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
      httpMethod: 'name',
    },
    { files: [`**/pages/api/**/*.${extensions}`], names: ['default'] },
  ],
  tracedBy: [
    { module: '@spanguard/runtime/next', export: '*' },
    { module: '@vercel/otel', export: 'registerOTel' },
  ],
}
