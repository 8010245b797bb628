import type { ExportRef, FrameworkDescriptor, HandlerRow } from './descriptor.js'

/** Line 3 of Apollo Server, a package for each framework. */
const apolloServers = ['apollo-server', 'apollo-server-express', 'apollo-server-fastify', 'apollo-server-koa', 'apollo-server-lambda', 'apollo-server-micro']

const calls: readonly (ExportRef & { readonly as: 'call' | 'new' })[] = [
  { module: '@apollo/server', export: 'ApolloServer', as: 'new' },
  { module: '@graphql-tools/schema', export: 'makeExecutableSchema', as: 'call' },
  { module: '@apollo/subgraph', export: 'buildSubgraphSchema', as: 'call' },
  ...apolloServers.map((module) => ({ module, export: 'ApolloServer', as: 'new' as const })),
  { module: 'graphql-tools', export: 'makeExecutableSchema', as: 'call' },
  { module: 'graphql-yoga', export: 'createSchema', as: 'call' },
  { module: 'mercurius', export: 'default', as: 'call' },
]

/**
 * GraphQL resolvers: each field of a map is a handler. Source: apollographql.com/docs/apollo-server/data/resolvers,
 * the-guild.dev/graphql/yoga-server/docs, mercurius.dev/#/docs/api/options, the-guild.dev/graphql/tools/docs/generate-schema, typegraphql.com/docs/resolvers.html.
 */
export const graphql: FrameworkDescriptor = {
  name: 'graphql',
  label: 'GraphQL',
  kind: 'server',
  modules: ['@apollo/server', '@apollo/subgraph', '@graphql-tools/schema', ...apolloServers, 'graphql-tools', 'graphql-yoga', 'mercurius', 'type-graphql'],
  objects: {
    server: [
      ...calls.filter(({ export: name }) => name === 'ApolloServer'),
      { module: 'graphql-yoga', export: 'createYoga', as: 'call' },
      { module: '@apollo/server', type: 'ApolloServer' },
    ],
  },
  roots: ['server'],
  handlers: calls.map((call): HandlerRow => ({ call, handler: 0, handlerProperties: ['resolvers'], fieldsOf: ['Mutation', 'Query', 'Subscription'] })),
  servedBy: [
    { module: '@apollo/server/standalone', export: 'startStandaloneServer', as: 'call' },
    ...['http', 'node:http'].map((module) => ({ module, export: 'createServer', as: 'call' as const })),
  ],
  listens: [{ on: 'server', methods: ['listen'] }],
  decorators: [{ module: 'type-graphql', names: ['Mutation', 'Query', 'Subscription'], on: 'method' }],
  tracedBy: [],
}
