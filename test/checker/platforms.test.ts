import { describe, expect, it } from 'vitest'

import { check } from '../../src/checker/index.js'
import { folder, type Files } from '../cli/project.js'

/** What the platform that runs a service says of its tracing: Kubernetes, AWS Lambda with its stacks and templates. */
async function checked(files: Files) {
  const { services, findings } = await check({ cwd: folder(files) })
  return {
    services: services.map((service) => `${service.name} ${String(service.traced)}/${String(service.total)}${service.tracedBy.length === 0 ? '' : ` by ${service.tracedBy.join(', ')}`}${service.otherApm === null ? '' : ` under ${service.otherApm}`}`),
    findings: findings.map(({ rule, origin }) => `${rule}:${String(origin.from.line)}`),
  }
}

const pkg = (fields: Record<string, unknown> = {}): string => JSON.stringify({ name: 'shop', scripts: { start: 'node app.js' }, ...fields })
const app = `const express = require('express')\nconst app = express()\napp.get('/orders', (req, res) => res.json([]))\napp.listen(3000)\n`
const tracing = `const { NodeSDK } = require('@opentelemetry/sdk-node')\nnew NodeSDK({ instrumentations: [require('@opentelemetry/auto-instrumentations-node').getNodeAutoInstrumentations()] }).start()\n`

describe('Kubernetes', () => {
  const deployment = (container: string, annotations = ''): string => `apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  template:\n    metadata:\n      labels: { app: shop }\n${annotations}    spec:\n      containers:\n        - name: shop\n          image: registry.example.com/team/shop:1.2\n${container}`
  const options = `          env:\n            - name: NODE_OPTIONS\n              value: --require ./tracing.js\n`
  const files = (manifest: string): Files => ({ 'package.json': pkg(), 'app.js': app, 'tracing.js': tracing, 'k8s/shop.yaml': manifest })

  it('loads first what NODE_OPTIONS of the container says', async () => {
    expect(await checked(files(deployment(options)))).toEqual({ services: ['shop 1/1 by --require ./tracing.js'], findings: [] })
  })

  it('has the OpenTelemetry Operator put its agent into the pod, by an annotation', async () => {
    expect((await checked(files(deployment('', `      annotations:\n        instrumentation.opentelemetry.io/inject-nodejs: "true"\n`)))).services).toEqual(['shop 1/1 by the OpenTelemetry Operator'])
    expect((await checked(files(deployment('', `      annotations:\n        instrumentation.opentelemetry.io/inject-nodejs: "false"\n`)))).services).toEqual(['shop 0/1'])
  })

  it('runs the command of the container instead of the image\'s', async () => {
    expect((await checked({ ...files(deployment(`          command: ["node", "--require", "./tracing.js"]\n          args: ["app.js"]\n`)), 'package.json': pkg({ scripts: {} }) })).services).toEqual(['shop 1/1 by --require ./tracing.js'])
  })

  it('says nothing of the service of another name', async () => {
    expect((await checked({ ...files(deployment(options).replaceAll('shop', 'stock')), 'k8s/other.yaml': deployment('').replaceAll('shop', 'mails') })).services).toEqual(['shop 0/1'])
  })

  it('is said of a service by the folder that it stands in', async () => {
    expect((await checked({
      'package.json': JSON.stringify({ workspaces: ['services/*'] }),
      'services/stock/package.json': JSON.stringify({ name: '@acme/stock-service', scripts: { start: 'node app.js' } }),
      'services/stock/app.js': app, 'services/stock/tracing.js': tracing,
      'deploy/stock.yml': deployment(options).replaceAll('shop', 'stock'),
    })).services).toEqual(['@acme/stock-service 1/1 by --require ./tracing.js'])
  })
})

describe('AWS Lambda', () => {
  const handler = `import type { APIGatewayProxyEvent } from 'aws-lambda'\nexport const handler = async (event: APIGatewayProxyEvent) => ({ statusCode: 200, body: '' })\n`
  const untyped = `export const handler = async (event) => ({ statusCode: 200, body: '' })\n`
  const template = (tracing: string): string => `Globals:\n  Function:\n    Runtime: nodejs22.x\n${tracing}Resources:\n  Orders:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src\n      Handler: orders.handler\n`

  it.each([
    ['Globals of a SAM template', { 'template.yaml': template('    Tracing: Active\n') }],
    ['the provider of serverless.yml', { 'serverless.yml': `provider:\n  name: aws\n  tracing:\n    lambda: true\nfunctions:\n  orders:\n    handler: src/orders.handler\n` }],
    ['a function of serverless.yml', { 'serverless.yml': `provider:\n  name: aws\nfunctions:\n  orders:\n    handler: src/orders.handler\n    tracing: Active\n` }],
    ['a stack of CDK', { 'lib/stack.ts': `import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs'\nimport { Tracing } from 'aws-cdk-lib/aws-lambda'\nconst settings = { tracing: Tracing.ACTIVE }\nnew NodejsFunction(this, 'orders', { ...settings, entry: 'src/orders.ts' })\n` }],
  ])('has active tracing of X-Ray by %s', async (_, files) => {
    expect(await checked({ 'package.json': pkg({ scripts: {} }), 'src/orders.ts': handler, ...files })).toEqual({ services: ['shop 0/1 under AWS X-Ray (active tracing)'], findings: [] })
  })

  it('has none by PassThrough', async () => {
    expect((await checked({ 'package.json': pkg({ scripts: {} }), 'src/orders.ts': handler, 'template.yaml': template('    Tracing: PassThrough\n') })).services).toEqual(['shop 0/1'])
  })

  it.each([
    ['by the path of its code', `new NodejsFunction(this, 'orders', { entry: path.join(__dirname, '..', 'src', 'orders.ts') })\n`, 'src/orders.ts'],
    ['by the name of the stack and the construct', `new NodejsFunction(this, 'orders')\n`, 'lib/stack.orders.ts'],
    ['by a folder', `new Function(this, 'orders', { code: Code.fromAsset('src'), handler: 'orders.handler' })\n`, 'src/orders.ts'],
  ])('is a function that a stack of CDK deploys, found %s, of which no other file says so', async (_, construct, file) => {
    expect(await checked({ 'package.json': pkg({ scripts: {} }), [file]: untyped, 'lib/stack.ts': `import * as path from 'node:path'\nimport { Code, Function } from 'aws-cdk-lib/aws-lambda'\nimport { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs'\n${construct}` })).toEqual({ services: ['shop 0/1'], findings: ['require-handler-tracing:1'] })
  })

  it('is deployed only by the file that names functions, where there is one', async () => {
    expect((await checked({ 'package.json': pkg({ scripts: {} }), 'src/orders.ts': handler, 'src/old.ts': handler, 'template.yaml': template('') })).services).toEqual(['shop 0/1'])
  })

  it.each([
    ['a middleware around it', `import middy from '@middy/core'\nimport { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware'\nexport const handler = middy(async (event: APIGatewayProxyEvent) => event).use([captureLambdaHandler(tracer)])\n`],
    ['a decorator on its method', `class Orders {\n  @tracer.captureLambdaHandler()\n  async handle(event: APIGatewayProxyEvent) {}\n}\nconst orders = new Orders()\nexport const handler: Handler = orders.handle.bind(orders)\n`],
    ['its own code', `export const handler = async (event: APIGatewayProxyEvent) => { tracer.getSegment() }\n`],
  ])('is traced by %s', async (_, code) => {
    expect((await checked({ 'package.json': pkg({ scripts: {} }), 'src/orders.ts': `import type { APIGatewayProxyEvent, Handler } from 'aws-lambda'\nimport { Tracer } from '@aws-lambda-powertools/tracer'\nconst tracer = new Tracer()\n${code}`, 'template.yaml': template('') })).services).toEqual([expect.stringMatching(/^shop 1\/1 by /)])
  })
})

describe('a file in Flow', () => {
  it('is said to be one, not to be mended', async () => {
    const { problems } = await check({ cwd: folder({ 'package.json': pkg(), 'app.js': app, 'orders.js': `// @flow\nexport const count = (orders: Array<?string>): number => (orders: any).length\n` }) })
    expect(problems.map(({ level, message }) => `${level} ${message}`)).toEqual(['unchecked orders.js is written in Flow, which is not read, so that it was not checked: name it in "files.ignore" of the config when that is known.'])
  })
})

describe('a server that is given an app by a setter', () => {
  it('has the handlers of the app, and none of its own', async () => {
    const { services } = await check({ cwd: folder({ 'package.json': pkg({ scripts: { start: 'node dist/main.js' } }), 'src/main.ts': `import express, { Express } from 'express'\nimport http from 'node:http'\nclass Up {\n  static #app: Express\n  static set app(e: Express) {\n    this.#app = e\n  }\n  static get server() {\n    return http.createServer(Up.#app)\n  }\n}\nconst app = express()\napp.get('/orders', (req, res) => res.json([]))\nUp.app = app\nUp.server.listen(3000)\n` }) })
    expect(services.flatMap((service) => service.handlers.map(({ framework }) => framework))).toEqual(['express'])
  })
})

describe('tsconfigs without installed dependencies', () => {
  it('are told of once', async () => {
    const base = JSON.stringify({ extends: '@tsconfig/node22/tsconfig.json' })
    const { problems } = await check({ cwd: folder({ 'package.json': pkg(), 'app.js': app, 'a/tsconfig.json': base, 'b/tsconfig.json': base, 'c/tsconfig.json': base }) })
    expect(problems.filter(({ message }) => message.includes('not found')).map(({ level, message }) => `${level} ${message.replace(/^.*\/a\//u, 'a/')}`)).toEqual([
      `notice a/tsconfig.json: File '@tsconfig/node22/tsconfig.json' not found (and 2 more tsconfigs of which the like is true): install the dependencies to take their settings into account.`,
    ])
  })
})
