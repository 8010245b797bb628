import { isPublicHost } from '@spanguard/policy'
import { runtimeState } from '../state.js'

/** Where a request goes. */
export interface Target {
  /** `http:`, `https:`. */
  readonly protocol: string
  /** Without brackets, in lower case. */
  readonly hostname: string
  /** Null for the scheme's own. */
  readonly port: number | null
}

/**
 * Compiles `propagateTo` to one question: may trace context and baggage go to this target? Always to local ones: loopback,
 * private and link-local addresses, single labels, `.svc`, `.local`, `.localhost` and `.internal` (what
 * `spanguard/secure-exporter` calls local). Beside these to what the list says:
 * - `payments.example.com` is that host on any port, `payments.example.com:8443` on that one;
 * - `.example.com` and `*.example.com` are all hosts below it;
 * - `https://payments.example.com` is that origin;
 * - a RegExp is asked about the origin (`https://payments.example.com:8443`).
 */
export function compileTargets(propagateTo: readonly (string | RegExp)[]): (target: Target) => boolean {
  const questions = propagateTo.map(entry => (typeof entry === 'string' ? compileText(entry) : compileExpression(entry)))
  return target => !isPublicHost(target.hostname) || questions.some(asks => asks(target))
}

/** What was answered, by target: clients of brokers and of gRPC ask about the same few for each call. */
let answers: { readonly asks: (target: Target) => boolean; readonly known: WeakMap<Target, boolean> } | null = null

/**
 * Whether trace context may go to a target that is no HTTP request's, by `propagateTo`. Null is what names no host (a socket, a
 * resolver of the application's own): it can't be judged, and its author decides.
 */
export function mayPropagateTo(target: Target | null): boolean {
  const asks = runtimeState().active?.propagatesTo
  if (target === null || asks === undefined) return true
  if (answers?.asks !== asks) answers = { asks, known: new WeakMap() }
  let may = answers.known.get(target)
  if (may === undefined) answers.known.set(target, (may = asks(target)))
  return may
}

/** Of a URL's parts; the scheme's own port is none. */
export function toTarget(protocol: string, hostname: string, port: string | number | null | undefined): Target {
  const number = port === null || port === undefined || port === '' ? null : Number(port)
  const isOwn = number === (protocol === 'https:' ? 443 : 80)
  const name = hostname.toLowerCase()
  return {
    protocol,
    hostname: name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name,
    port: number === null || isOwn ? null : number,
  }
}

/** `https://payments.example.com:8443`, as `URL.origin` writes it. */
export function originOf({ protocol, hostname, port }: Target): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname
  return `${protocol}//${host}${port === null ? '' : `:${port}`}`
}

function compileText(entry: string): (target: Target) => boolean {
  const text = entry.trim().toLowerCase()
  if (text.includes('://')) {
    const origin = URL.canParse(text) ? new URL(text).origin : text
    return target => originOf(target) === origin
  }
  const [, name = text, port] = /^(.*?)(?::(\d+))?$/.exec(text) ?? []
  const isPort = (target: Target): boolean =>
    port === undefined || (target.port ?? (target.protocol === 'https:' ? 443 : 80)) === Number(port)
  const suffix = name.startsWith('*.') ? name.slice(1) : name
  if (suffix.startsWith('.')) return target => target.hostname.endsWith(suffix) && isPort(target)
  return target => target.hostname === name && isPort(target)
}

function compileExpression(entry: RegExp): (target: Target) => boolean {
  // A global or sticky expression remembers where it stopped, and would answer every second time.
  const expression = new RegExp(entry.source, entry.flags.replace(/[gy]/g, ''))
  return target => expression.test(originOf(target))
}
