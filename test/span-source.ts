import { setTimeout as sleep } from 'node:timers/promises'
import { searchTempo } from '../examples/shop/tempo.js'
import { startFakeTempo } from './fake-tempo.js'
import { startReceiver, type DecodedSpan } from './otlp-receiver.js'

/** Where the services of a test send their spans, and where the test reads them: one way for a receiver and for Tempo. */
export interface SpanSource {
  /** The OTLP base URL for the services. */
  readonly url: string
  /** The spans of the services of this name, in the order of their starts. Asked when they have stopped. */
  spansOf(serviceName: string): Promise<readonly DecodedSpan[]>
  close(): Promise<void>
}

/**
 * - `receiver`: the embedded one, in this process.
 * - `tempo`: the Grafana Tempo that `SPANGUARD_TEMPO_URL` (queries) and `SPANGUARD_OTLP_URL` (spans) name.
 * - `stand-in`: the receiver, read by the two queries of Tempo's API and in its spelling.
 */
export type SourceKind = 'receiver' | 'tempo' | 'stand-in'

const { SPANGUARD_TEMPO_URL: tempo, SPANGUARD_OTLP_URL: otlp } = process.env
if ((tempo === undefined) !== (otlp === undefined)) throw new Error('SPANGUARD_TEMPO_URL and SPANGUARD_OTLP_URL belong together: set both or none')

/** A real Tempo where the environment names one. */
export const configuredTempo = tempo !== undefined && otlp !== undefined ? { tempo: new URL(tempo), otlp: new URL(otlp) } : null

export async function openSpanSource(kind: SourceKind = configuredTempo === null ? 'receiver' : 'tempo'): Promise<SpanSource> {
  if (kind === 'tempo') {
    if (configuredTempo === null) throw new Error('SPANGUARD_TEMPO_URL and SPANGUARD_OTLP_URL are not set')
    const url = configuredTempo.tempo
    // A search lags by a second or two.
    return { url: configuredTempo.otlp.href.replace(/\/$/, ''), spansOf: name => settled(url, name, 2000), close: async () => {} }
  }
  const receiver = await startReceiver()
  if (kind === 'receiver') {
    const spansOf = (name: string): Promise<readonly DecodedSpan[]> =>
      Promise.resolve(inOrder(receiver.spans().filter(({ resource }) => resource['service.name'] === name)))
    return { url: receiver.url, spansOf, close: () => receiver.close() }
  }
  const fake = await startFakeTempo(receiver)
  const close = async (): Promise<void> => {
    fake.close()
    await receiver.close()
  }
  return { url: receiver.url, spansOf: name => settled(new URL(fake.url), name, 50), close }
}

/** What Tempo holds once there are as many spans as at the look before. */
async function settled(url: URL, name: string, everyMs: number): Promise<readonly DecodedSpan[]> {
  let before = 0
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const spans = (await searchTempo(url, `{ resource.service.name = "${name}" }`)).flat().filter(({ resource }) => resource['service.name'] === name)
    if (spans.length > 0 && spans.length === before) return inOrder(spans)
    before = spans.length
    await sleep(everyMs)
  }
  throw new Error(`The spans of ${name} did not come to rest: ${before}`)
}

function inOrder(spans: readonly DecodedSpan[]): readonly DecodedSpan[] {
  return spans.toSorted((one, other) => Number(one.startTime - other.startTime))
}
