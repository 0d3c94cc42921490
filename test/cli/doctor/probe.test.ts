import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Asked } from '../../../src/cli/doctor/exchange.js'
import { openProbe } from '../../../src/cli/doctor/probe.js'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const probe = (timeout = 5000) => openProbe({ timeout, now: () => performance.now() })
const get = (url: string, headers = {}): Asked => ({ method: 'GET', url, headers })

describe('the probe', () => {
  it('keeps status, every header and the body, and follows no redirect', async () => {
    const origin = await listening((_, res) => {
      res
        .writeHead(
          302,
          [
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'b=2'],
            ['Location', '/next'],
          ].flat(),
        )
        .end('gone')
    })
    const { outcome } = await probe().send(get(origin))
    expect(outcome).toMatchObject({
      ...{ answered: true, status: 302, body: 'gone', certificateEnds: undefined },
      headers: expect.arrayContaining([
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
        ['location', '/next'],
      ]),
    })
  })

  it('sends the very same request once, and another one anew', async () => {
    const seen: (string | undefined)[] = []
    const origin = await listening((req, res) => {
      seen.push(`${req.method} ${req.url} ${req.headers.origin ?? ''}`)
      res.end()
    })
    const one = probe()
    await Promise.all([one.send(get(origin)), one.send(get(origin))])
    await one.send(get(origin))
    await one.send(get(origin, { origin: 'http://localhost' }))
    expect(seen).toEqual(['GET / ', 'GET / http://localhost'])
    expect(one.exchanges).toHaveLength(2)
  })

  it('sends a request that changes something each time', async () => {
    let came = 0
    const origin = await listening((_, res) => {
      came++
      res.end()
    })
    const one = probe()
    for (let i = 0; i < 2; i++) await one.send({ ...get(origin), anew: true })
    expect(came).toBe(2)
  })

  it('says that nothing came in time, and waits there no second time', async () => {
    let came = 0
    const origin = await listening(() => void came++)
    const one = probe(200)
    const first = await one.send(get(`${origin}/a?1`))
    const second = await one.send(get(`${origin}/a?2`))
    expect(first.outcome).toMatchObject({ answered: false, problem: 'timeout', detail: 'no answer within 0.2 s' })
    expect(second.outcome).toEqual(first.outcome)
    expect(came).toBe(1)
    expect(first.took).toBeGreaterThanOrEqual(190)
  })

  it('counts the body to the time of an answer', async () => {
    const origin = await listening((_, res) => void res.writeHead(200).write('begun'))
    expect((await probe(200).send(get(origin))).outcome).toMatchObject({ problem: 'timeout' })
  })

  it('keeps the beginning of an answer that does not end', async () => {
    const origin = await listening((_, res) => {
      const more = () => void (res.destroyed || res.write('x'.repeat(65_536), more))
      more()
    })
    const { outcome } = await probe().send(get(origin))
    expect(outcome.answered && outcome.body.length).toBeGreaterThan(262_144)
    expect(outcome.answered && outcome.body.length).toBeLessThan(1_000_000)
  })

  it('says why there is no connection', async () => {
    const origin = await listening(() => {})
    const [server] = servers.splice(0)
    server?.close()
    expect((await probe().send(get(origin))).outcome).toEqual({
      ...{ answered: false, problem: 'unreachable', detail: 'no connection (ECONNREFUSED)', cause: 'ECONNREFUSED' },
    })
    const cut = await listening((req) => req.socket.destroy())
    expect((await probe().send(get(cut))).outcome).toMatchObject({ problem: 'unreachable' })
    // A server without TLS.
    const { outcome } = await probe().send(get(cut.replace('http:', 'https:')))
    expect(outcome).toMatchObject({ answered: false })
  })

  it.each(['file:///etc/passwd', 'javascript:1', '/path', ''])('never goes to %j', async (url) => {
    expect((await probe().send(get(url))).outcome).toMatchObject({ detail: 'this is no http or https URL' })
  })
})
