import type { HandlerVerdict } from './coverage.js'
import type { Entry } from './services.js'

interface Carried {
  /** What brings its requests from a server of another framework. */
  readonly transport: RegExp
  /** It has no server of its own: without one that carries it, nobody is known to serve it. */
  readonly needsServer: boolean
}

/**
 * Frameworks whose handlers run within a request of another's server. Source: trpc.io/docs/server/adapters, the READMEs of
 * @hono/trpc-server and @modelcontextprotocol/sdk ("Streamable HTTP").
 */
const carried: Readonly<Record<string, Carried>> = {
  mcp: { transport: /^@modelcontextprotocol\/.*(?:http|sse)|^@hono\/mcp$/iu, needsServer: false },
  trpc: { transport: /^@trpc\/server\/adapters\/(?!standalone|ws)|^@hono\/trpc-server$/u, needsServer: true },
}

/** Does a process carry handlers of a framework by another one's server? */
export function isCarried(framework: string, { order }: Entry): boolean {
  const pattern = carried[framework]?.transport
  return pattern !== undefined && [...order.packages.keys()].some(specifier => pattern.test(specifier))
}

/**
 * Handlers that another framework's server carries (procedures of tRPC, tools of MCP) share the verdict on that server: what traces it
 * traces them with it, and where nothing does, one finding says both.
 */
export function behindServers(all: readonly HandlerVerdict[]): HandlerVerdict[] {
  const servers = new Map<Entry, readonly HandlerVerdict[]>()
  const serversOf = (entry: Entry): readonly HandlerVerdict[] => {
    const known = servers.get(entry) ?? all.filter(other => other.entry === entry && other.status !== 'ignored' && isServer(other))
    servers.set(entry, known)
    return known
  }
  return all.flatMap(verdict => {
    const how = carried[verdict.site.descriptor.name]
    if (!how || verdict.status === 'ignored') return [verdict]
    const isServed = verdict.served !== null
    const found = isCarried(verdict.site.descriptor.name, verdict.entry) ? serversOf(verdict.entry) : []
    const server = found.find(other => other.status !== 'untraced') ?? found[0]
    if (!server) return how.needsServer && !isServed ? [] : [verdict]
    if (verdict.status !== 'untraced') return [verdict]
    return [{ ...verdict, status: server.status, by: server.by, conditional: server.conditional, steps: server.steps, served: server.served ?? verdict.served, behind: server }]
  })
}

function isServer({ site: { descriptor } }: HandlerVerdict): boolean {
  return descriptor.kind === 'app' || ['next', 'node-http', 'remix'].includes(descriptor.name)
}
