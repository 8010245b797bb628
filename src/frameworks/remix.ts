import type { FrameworkDescriptor } from './descriptor.js'

const extensions = '{js,jsx,ts,tsx}'

/**
 * Remix 2 and React Router 7: the loaders and actions of the route modules, which the server's bundle loads by folder.
 * Source: reactrouter.com/start/framework/route-module, remix.run/docs/discussion/routes.
 */
export const remix: FrameworkDescriptor = {
  name: 'remix',
  label: 'Remix',
  kind: 'function',
  modules: ['@react-router/*', '@remix-run/*'],
  objects: {},
  roots: [],
  handlers: [],
  exports: [{ files: [`**/app/root.${extensions}`, `**/app/routes/**/*.${extensions}`], names: ['action', 'loader'] }],
  tracedBy: [],
}
