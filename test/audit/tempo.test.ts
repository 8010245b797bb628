import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'

import { readTempo, type TempoQuery } from '../../src/audit/tempo.js'

/** A server that stands for whatever is behind the URL. */
async function server(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const listening = createServer(answer)
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    listening.closeAllConnections()
    listening.close()
  })
  return `http://127.0.0.1:${String((listening.address() as AddressInfo).port)}`
}

const ask = (url: string, given: Partial<TempoQuery> = {}) => readTempo({ url, query: '{ status = error }', since: 3600, limit: 2, headers: {}, ...given })
const trace = (id: string) => ({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: Buffer.from(id, 'hex').toString('base64'), spanId: 'AAAAAAAAAAE=', name: 'order.place', kind: 'SPAN_KIND_SERVER', status: { code: 'STATUS_CODE_ERROR' } }] }] }] })

describe('Tempo', () => {
  it('is asked for the query, the time and the number, then for each trace; ids without their zeros are known', async () => {
    const paths: string[] = []
    const url = await server((request, response) => {
      paths.push(request.url ?? '')
      const id = request.url?.split('/').at(-1) ?? ''
      response.end(JSON.stringify(request.url?.startsWith('/api/search') === true ? { traces: [{ traceID: 'abc' }, { traceID: 'abc' }, { traceID: 'f'.repeat(32) }, { traceID: 'e'.repeat(32) }] } : { trace: trace(id) }))
    })
    const spans = await ask(url)
    expect(spans).toMatchObject([{ traceId: `${'0'.repeat(29)}abc`, name: 'order.place', kind: 'server', status: { code: 'error' }, spanId: '0000000000000001' }, { traceId: 'f'.repeat(32) }])
    const search = new URL(paths[0] ?? '', url).searchParams
    expect([search.get('q'), search.get('limit'), Number(search.get('end')) - Number(search.get('start'))]).toEqual(['{ status = error }', '2', 3600])
    expect(paths.slice(1).toSorted()).toEqual([`/api/v2/traces/${'0'.repeat(29)}abc`, `/api/v2/traces/${'f'.repeat(32)}`])
  })

  it('is read by its first version where it has no second, and a trace that is gone is passed over', async () => {
    const url = await server((request, response) => {
      if (request.url?.startsWith('/api/search') === true) response.end(JSON.stringify({ traces: [{ traceID: 'a'.repeat(32) }, { traceID: 'b'.repeat(32) }] }))
      else if (request.url === `/api/traces/${'a'.repeat(32)}`) response.end(JSON.stringify({ batches: trace('a'.repeat(32)).resourceSpans }))
      else response.writeHead(404).end()
    })
    expect(await ask(url)).toHaveLength(1)
  })

  it('is given the credentials of the URL, and of the headers, which win', async () => {
    const seen: (string | undefined)[] = []
    const url = await server((request, response) => {
      seen.push(request.headers.authorization)
      response.end('{"traces":[]}')
    })
    await ask(url.replace('//', '//me:s%40cret@'))
    await ask(url, { headers: { authorization: 'Bearer x' } })
    expect(seen).toEqual([`Basic ${Buffer.from('me:s@cret').toString('base64')}`, 'Bearer x'])
  })

  it.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['refused credentials', (response) => response.writeHead(401).end(), /refuses the credentials \(401\): give them with --header, TEMPO_TOKEN/u],
    ['a query that it does not understand', (response) => response.writeHead(400).end('parse error at line 1\nmore'), /^Tempo refuses the query \(400, "parse error at line 1"\): mend --query/u],
    ['another server', (response) => response.writeHead(404).end(), /has no \/api\/search \(404\): give the address of Tempo/u],
    ['a web page', (response) => response.end('<!doctype html>'), /answers with a web page: give the address of Tempo's query API, .* not that of Grafana/u],
    ['other JSON', (response) => response.end('{}'), /answers a search with no "traces"/u],
    ['a fault of its own', (response) => response.writeHead(503).end('not ready'), /answers with 503 \("not ready"\): look at Tempo's own log/u],
  ])('%s is said in one sentence, without the password', async (_, answer, message) => {
    const url = await server((_request, response) => { answer(response) })
    const error: unknown = await ask(url.replace('//', '//me:hidden@')).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringMatching(message) as string })
    expect(String(error)).not.toContain('hidden')
  })

  it('that is not there, and one that never answers', async () => {
    await expect(ask('http://127.0.0.1:1')).rejects.toThrow(/^http:\/\/127\.0\.0\.1:1 cannot be reached \(.+\): look at the address/u)
    const silent = await server(() => undefined)
    await expect(ask(silent, { timeoutMs: 200 })).rejects.toThrow(/gave no answer within 0\.2 s: ask for less/u)
  })
})
