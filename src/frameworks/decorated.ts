import type { FrameworkDescriptor } from './descriptor.js'
import { serverTracers } from './tracing-exports.js'

/** What these frameworks stand on is Express, Koa or Hapi, and is traced as those are. */
const shared = { kind: 'app', roots: ['app'], handlers: [], tracedBy: serverTracers } as const

const verbs = ['All', 'Delete', 'Get', 'Head', 'Options', 'Patch', 'Post', 'Put']

/** InversifyJS with Express. Source: the README of inversify-express-utils, "Decorators". */
export const inversify: FrameworkDescriptor = {
  ...shared,
  name: 'inversify-express',
  label: 'InversifyJS',
  modules: ['inversify-express-utils'],
  objects: { app: [{ module: 'inversify-express-utils', export: 'InversifyExpressServer', as: 'new' }] },
  listens: [{ on: 'app', methods: ['build'] }],
  decorators: [{ module: 'inversify-express-utils', names: ['all', ...verbs.map((verb) => `http${verb}`)], on: 'method', path: 0, httpMethod: 'name' }],
}

/** routing-controllers, on Express or Koa. Source: its README, "Usage". */
export const routingControllers: FrameworkDescriptor = {
  ...shared,
  name: 'routing-controllers',
  label: 'routing-controllers',
  modules: ['routing-controllers'],
  objects: { app: ['createExpressServer', 'createKoaServer', 'useExpressServer', 'useKoaServer'].map((name) => ({ module: 'routing-controllers', export: name, as: 'call' as const })) },
  listens: [{ on: 'app', methods: ['listen'] }],
  decorators: [{ module: 'routing-controllers', names: verbs, on: 'method', path: 0, httpMethod: 'name' }],
}

/** tsoa, which writes the routes of its controllers at build time. Source: tsoa-community.github.io/docs/getting-started. */
export const tsoa: FrameworkDescriptor = {
  ...shared,
  name: 'tsoa',
  label: 'tsoa',
  modules: ['@tsoa/runtime', 'tsoa'],
  objects: {},
  decorators: ['@tsoa/runtime', 'tsoa'].map((module) => ({ module, names: verbs, on: 'method', path: 0, httpMethod: 'name' })),
}
