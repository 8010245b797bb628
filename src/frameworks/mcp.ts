import type { FrameworkDescriptor } from './descriptor.js'

const modules = ['@modelcontextprotocol/sdk/server/mcp', '@modelcontextprotocol/sdk/server/mcp.js']

/**
 * Servers of the Model Context Protocol. Source: the README of @modelcontextprotocol/sdk, "Server" (registerTool,
 * registerResource, registerPrompt; the shorter names are the older ones).
 */
export const mcp: FrameworkDescriptor = {
  name: 'mcp',
  label: 'MCP',
  kind: 'server',
  modules,
  objects: {
    server: modules.flatMap((module) => [
      { module, export: 'McpServer', as: 'new' as const },
      { module, type: 'McpServer' },
    ]),
  },
  roots: ['server'],
  handlers: [
    {
      on: 'server',
      methods: ['prompt', 'registerPrompt', 'registerResource', 'registerTool', 'resource', 'tool'],
      path: 0,
      handler: 'last',
    },
  ],
  listens: [{ on: 'server', methods: ['connect'] }],
  tracedBy: [{ module: '@spanguard/runtime', export: 'withSpan' }],
}
