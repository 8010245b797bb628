import type { ExportRef, FrameworkDescriptor, HandlerRow } from './descriptor.js'

const calls: readonly (ExportRef & { readonly as: 'call' | 'new' })[] = [
  { module: '@apollo/server', export: 'ApolloServer', as: 'new' },
  { module: '@graphql-tools/schema', export: 'makeExecutableSchema', as: 'call' },
  { module: 'apollo-server', export: 'ApolloServer', as: 'new' },
  { module: 'apollo-server-express', export: 'ApolloServer', as: 'new' },
  { module: 'graphql-yoga', export: 'createSchema', as: 'call' },
]

/**
 * GraphQL resolvers: each field of a map is a handler. Source: apollographql.com/docs/apollo-server/data/resolvers,
 * the-guild.dev/graphql/yoga-server/docs, the-guild.dev/graphql/tools/docs/generate-schema, typegraphql.com/docs/resolvers.html.
 */
export const graphql: FrameworkDescriptor = {
  name: 'graphql',
  label: 'GraphQL',
  kind: 'server',
  modules: ['@apollo/server', '@graphql-tools/schema', 'apollo-server', 'apollo-server-express', 'graphql-yoga', 'type-graphql'],
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
