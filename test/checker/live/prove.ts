import path from 'node:path'
import { expect, vi } from 'vitest'
import type { CheckResult, HandlerResult, ServiceResult } from '../../../src/checker/index.js'
import { type DecodedSpan, type Receiver, startReceiver } from '../../otlp-receiver.js'
import { runId } from '../../services.js'
import { prepare, targetOf, transportOf } from './ask.js'
import { startService } from './run.js'
import { functionStarts, installService, startOf, type Start } from './start.js'

/** One fixture service and what a test cannot read from it. */
export interface Live {
  /** Its folder in `test/fixtures/services`. */
  readonly name: string
  /** Requests or messages of its handlers, in the order of the source, where the checker's answer does not say them. */
  readonly targets?: readonly string[]
  /** What its platform sets beside what its files say. */
  readonly env?: Readonly<Record<string, string>>
  readonly servers?: number
  readonly status?: number
  /** The condition that its setup asks is not met: what the checker calls conditional sends nothing. */
  readonly off?: true
  /** The checker reports that its setup comes too late (`setup-first`): what it traces is not relied on. */
  readonly late?: true
  /** What traces it makes spans of its own beside the one of the job. */
  readonly more?: true
}

/** A process of a fixture: what starts it, and the handlers that the checker says it has. */
interface Process {
  readonly start: Start
  readonly folder: string
  readonly handlers: readonly (HandlerResult & { readonly target: string })[]
}

/** Spans of libraries that a handler calls: they say nothing of the handler itself. */
const libraries = /instrumentation-(?:dns|fs|generic-pool|ioredis|net|redis|undici)$/u

/** What proves that a handler is traced: the SERVER span of a request, the span around a job, a message or an invocation. */
function isEvidence(span: DecodedSpan, framework: string): boolean {
  const isAround = ['amqplib', 'aws-lambda', 'bullmq', 'cron', 'house-queue', 'house-server', 'kafkajs', 'nats'].includes(framework)
  return isAround ? ['CONSUMER', 'INTERNAL', 'SERVER'].includes(span.kind) && !libraries.test(span.scope.name) : span.kind === 'SERVER'
}

/**
 * Starts a fixture as its own files say, makes each handler run, and compares: a handler that the checker calls traced sends
 * its span, one that it calls untraced sends none.
 *
 * @param result of a check that read the fixture's copy in `sources`, alone or beside others
 * @param home where services are installed
 */
export async function prove(live: Live, result: CheckResult, sources: string, home: string): Promise<void> {
  const own = path.join(sources, live.name)
  const services = result.services.filter(({ dir }) => dir === own || dir.startsWith(own + path.sep))
  expect(services.flatMap(({ handlers }) => handlers), 'handlers that the checker finds').not.toEqual([])
  const isLate = result.findings.some(({ rule, file }) => rule === 'setup-first' && file.startsWith(own + path.sep))
  expect(isLate, 'the checker reports setup-first').toBe(live.late === true)
  const folder = await installService(own, home)
  for (const one of services.flatMap(service => processesOf(service, live, path.join(folder, path.relative(own, service.dir))))) await proveProcess(one, live)
}

function processesOf(service: ServiceResult, live: Live, folder: string): Process[] {
  const handlers = service.handlers
    .toSorted((a, b) => (a.file === b.file ? a.origin.from.line - b.origin.from.line : a.file < b.file ? -1 : 1))
    .map((handler, i) => ({ ...handler, target: live.targets?.[i] ?? targetOf(handler) }))
  if (handlers.every(({ framework }) => framework === 'aws-lambda')) {
    const starts = functionStarts(folder)
    expect(starts).toHaveLength(handlers.length)
    return handlers.map((handler, i) => ({ start: starts[i]?.start ?? startOf(folder), folder, handlers: [handler] }))
  }
  expect(service.entries.flatMap(({ starts }) => starts), 'starts that the checker reads').not.toEqual([])
  return [{ start: startOf(folder), folder, handlers }]
}

async function proveProcess({ start, folder, handlers }: Process, live: Live): Promise<void> {
  const isTraced = ({ status, conditional }: HandlerResult): boolean => status === 'traced' && live.late !== true && !(live.off === true && conditional)
  const framework = handlers[0]?.framework ?? ''
  const transport = transportOf(framework)
  const surroundings = await prepare(transport, `${live.name}-${runId}`)
  const receiver = await startReceiver()
  const running = startService(start, folder, receiver, { ...surroundings.env, ...live.env })
  const evidence = (): readonly string[] => receiver.spans().filter(span => handlers.some(handler => isEvidence(span, handler.framework))).map(({ name }) => name)
  let wanted = 0
  try {
    // What is traced first: a span that comes in between is one too many, whose ever it is.
    for (const handler of handlers.toSorted((a, b) => Number(isTraced(b)) - Number(isTraced(a)))) {
      await transportOf(handler.framework).ask({ running, surroundings, target: handler.target, servers: live.servers ?? 1, ...(live.status !== undefined && { status: live.status }) })
      if (!isTraced(handler)) continue
      wanted += 1
      await arrived(receiver, () => evidence().length >= wanted, `${handler.target} is traced by ${handler.by}, says the checker, and sends no span`)
    }
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${running.output()}`)
  } finally {
    // Sends what is left.
    await running.stop()
    await surroundings.close()
    await receiver.close()
  }
  const said = `spans of ${handlers.map(({ target, status, by }) => `${target} (${status}: ${by})`).join(', ')}`
  if (live.more && wanted > 0) expect(evidence().length, said).toBeGreaterThanOrEqual(wanted)
  else expect(evidence(), said).toHaveLength(wanted)
}

async function arrived(receiver: Receiver, isThere: () => boolean, message: string): Promise<void> {
  await vi.waitFor(() => { expect(isThere(), `${message}; ${receiver.spans().map(({ kind, name }) => `${kind} ${name}`).join(', ')}`).toBe(true) }, { timeout: 20_000, interval: 50 })
}
