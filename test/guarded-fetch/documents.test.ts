/**
 * What holds whoever fetches: the checks that are ours beside a `fetch` of the app's, what is remembered, and the limits.
 *
 * @module
 */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fetch } from '../../src/edge/way-out.js'
import type { DocumentsOptions, Fetched } from '../../src/guarded-fetch/contract.js'
import { documentsIn, guardedDocuments } from '../../src/guarded-fetch/documents.js'

type Answer = () => Response | Promise<Response>

let now: number
let asked: { readonly url: string; readonly init: RequestInit }[]
let answer: Answer
const fetch: Fetch = async (url, init) => {
  asked.push({ url, init })
  return answer()
}
const clock = { now: () => now }
const good: Answer = () => Response.json({ hello: 'world' })
const never: Answer = () => new Promise(() => {})

beforeEach(() => {
  now = Date.UTC(2026, 0, 15, 12)
  asked = []
  answer = good
})

const URL_1 = 'https://docs.example/client.json'
const from = { address: '198.51.100.7' }
const outcome = (fetched: Fetched) => (fetched.ok ? 'ok' : fetched.problem)
const open = (options: DocumentsOptions = {}) => guardedDocuments({ fetch, ...options }, clock)

describe('a fetch of the app’s', () => {
  it('is given the URL, no redirect to follow and a signal', async () => {
    expect(await open().get(URL_1, from)).toEqual({ ok: true, json: { hello: 'world' }, freshFor: undefined })
    expect(asked).toMatchObject([{ url: URL_1, init: { method: 'GET', redirect: 'manual' } }])
    expect(asked[0]?.init.signal?.aborted).toBe(false)
  })

  it.each([
    ['http://docs.example/', 'url_not_allowed'],
    ['https://docs.example:8443/', 'url_not_allowed'],
    ['https://localhost/', 'url_not_allowed'],
    ['https://127.0.0.1/', 'address_not_allowed'],
    ['https://[::ffff:10.0.0.1]/', 'address_not_allowed'],
  ])('is not asked for %s', async (url, problem) => {
    expect(outcome(await open().get(url, from))).toBe(problem)
    expect(asked).toEqual([])
  })

  it.each<[string, Answer, string]>([
    ['a redirect', () => Response.redirect('https://docs.example/2', 302), 'redirect'],
    [
      'a redirect that it hides',
      () => Object.defineProperty(new Response(), 'type', { value: 'opaqueredirect' }),
      'redirect',
    ],
    [
      'what it was redirected to',
      () => Object.defineProperty(Response.json({}), 'redirected', { value: true }),
      'redirect',
    ],
    ['the status 404', () => Response.json({}, { status: 404 }), 'status'],
    ['too much', () => Response.json({ x: 'x'.repeat(65_529) }), 'too_large'],
    ['another type', () => new Response('{}', { headers: { 'content-type': 'text/plain' } }), 'content_type'],
    ['a list', () => Response.json([]), 'not_json'],
    ['nothing', () => new Response(null, { headers: { 'content-type': 'application/json' } }), 'not_json'],
    ['an error', () => Promise.reject(new TypeError('fetch failed', { cause: new Error('no route') })), 'unreachable'],
  ])('may answer with %s, which is no document', async (_, given, problem) => {
    answer = given
    expect(outcome(await open().get(URL_1, from))).toBe(problem)
  })

  it('may unpack what it has asked for compressed, up to 64 KB', async () => {
    const headers = { 'content-encoding': 'gzip' }
    answer = () => Response.json({ hello: 'world' }, { headers })
    expect(outcome(await open().get(URL_1, from))).toBe('ok')
    let pulled = 0
    const bomb = () =>
      new ReadableStream({
        pull(stream) {
          pulled++
          stream.enqueue(new Uint8Array(16_384))
        },
      })
    answer = () => new Response(bomb(), { headers: { ...headers, 'content-type': 'application/json' } })
    expect(outcome(await open().get(URL_1, from))).toBe('too_large')
    expect(pulled).toBeLessThan(8)
  })

  it.each<[string, Answer]>([
    ['does not answer', never],
    [
      'does not end',
      () =>
        new Response(new ReadableStream({ pull: never as () => Promise<never> }), {
          headers: { 'content-type': 'application/json' },
        }),
    ],
  ])('that %s is not waited for, and told so', async (_, given) => {
    answer = given
    const documents = documentsIn({ deadline: 20 }, { fetch }, clock)
    expect(outcome(await documents.get(URL_1, from))).toBe('timeout')
    expect(asked[0]?.init.signal?.aborted).toBe(true)
  })

  it('is asked for origins that are allowed', async () => {
    const documents = open({ allowOrigins: ['http://localhost:3000'] })
    expect(outcome(await documents.get('http://localhost:3000/client.json', from))).toBe('ok')
    expect(outcome(await documents.get('http://localhost:3001/client.json', from))).toBe('url_not_allowed')
  })
})

describe('a failure is told again without asking', () => {
  it.each<[string, Answer, number]>([
    ['for a minute, where somebody has to mend something', () => Response.json([]), 60_000],
    ['for a minute after 404', () => new Response('', { status: 404 }), 60_000],
    ['for ten seconds after 503', () => new Response('', { status: 503 }), 10_000],
    ['for ten seconds after 429', () => new Response('', { status: 429 }), 10_000],
    ['for ten seconds, where nobody answered', () => Promise.reject(new Error('no route')), 10_000],
  ])('%s', async (_, given, milliseconds) => {
    const documents = open()
    answer = given
    const first = await documents.get(URL_1, from)
    expect(first.ok).toBe(false)
    answer = good
    now += milliseconds - 1
    expect(await documents.get(URL_1, from)).toEqual(first)
    expect(asked).toHaveLength(1)
    expect(outcome(await documents.get(`${URL_1}?other`, from))).toBe('ok')
    now += 1
    expect(outcome(await documents.get(URL_1, from))).toBe('ok')
  })

  it('and not for longer because a clock was ahead', async () => {
    const documents = open()
    answer = () => Response.json([])
    now += 86_400_000
    await documents.get(URL_1, from)
    now -= 86_400_000
    answer = good
    expect(outcome(await documents.get(URL_1, from))).toBe('ok')
  })

  it('and a success is not', async () => {
    const documents = open()
    await documents.get(URL_1, from)
    answer = () => Response.json([])
    expect(outcome(await documents.get(URL_1, from))).toBe('not_json')
  })
})

it('those who ask for the same URL at the same time share one fetch, and its failure', async () => {
  let settle: (response: Response) => void = () => {}
  answer = () =>
    new Promise((resolve) => {
      settle = resolve
    })
  const documents = open()
  const both = [
    documents.get(URL_1, from),
    documents.get('HTTPS://DOCS.example:443/client.json', { address: '192.0.2.1' }),
  ]
  await expect.poll(() => asked.length).toBe(1)
  settle(Response.json([]))
  expect((await Promise.all(both)).map(outcome)).toEqual(['not_json', 'not_json'])
  expect(asked).toHaveLength(1)
})

it('on Workers, where work ends with its request, nobody waits for the fetch of another', async () => {
  vi.resetModules()
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
  try {
    const module = await import('../../src/guarded-fetch/documents.js')
    expect(() => module.guardedDocuments({}, clock)).toThrow(/Give `fetch`/)
    const documents = module.guardedDocuments({ fetch }, clock)
    await Promise.all([documents.get(URL_1, from), documents.get(URL_1, from)])
    expect(asked).toHaveLength(2)
  } finally {
    vi.unstubAllGlobals()
    vi.resetModules()
  }
})

describe('fetches are limited before they begin:', () => {
  /** How many of so many are begun, each for a URL of its own. */
  async function begun(
    count: number,
    url: (i: number) => string,
    address: (i: number) => string | undefined,
    documents = open(),
  ) {
    const before = asked.length
    for (let i = 0; i < count; i++) await documents.get(url(i), { address: address(i) })
    return asked.length - before
  }
  const host = (i: number) => `https://host-${i}.example/`
  const path = (i: number) => `https://docs.example/${i}`
  const one = () => from.address
  const many = (i: number) => `198.51.${i >> 8}.${i & 255}`

  it('60 for one network at once, then one each second', async () => {
    const documents = open()
    expect(await begun(100, host, one, documents)).toBe(60)
    expect(await documents.get(host(100), from)).toMatchObject({ ok: false, problem: 'limited' })
    expect(outcome(await documents.get(host(100), { address: '192.0.2.1' }))).toBe('ok')
    now += 5_000
    expect(await begun(100, (i) => host(200 + i), one, documents)).toBe(5)
    now += 3_600_000
    expect(await begun(100, (i) => host(300 + i), one, documents)).toBe(60)
  })

  it('an IPv6 network is one, however many addresses it has', async () => {
    expect(await begun(100, host, (i) => `2001:db8:1:2::${i.toString(16)}`)).toBe(60)
  })

  it('20 for one network from one host, so that it cannot use up what others have', async () => {
    const documents = open()
    expect(await begun(100, path, one, documents)).toBe(20)
    expect(outcome(await documents.get(path(100), { address: '192.0.2.1' }))).toBe('ok')
    expect(await begun(100, host, one, documents)).toBe(40)
  })

  it('100 from one host at once, then two each second, whoever asks', async () => {
    const documents = open()
    expect(await begun(300, path, many, documents)).toBe(100)
    now += 5_000
    expect(await begun(300, (i) => path(1000 + i), many, documents)).toBe(10)
    expect(outcome(await documents.get(host(1), from))).toBe('ok')
  })

  it('a flood keeps nobody from a document that was good before', async () => {
    const documents = open()
    expect(outcome(await documents.get(URL_1, from))).toBe('ok')
    await begun(300, path, many, documents)
    expect(outcome(await documents.get(path(999), { address: '192.0.2.1' }))).toBe('limited')
    expect(outcome(await documents.get(URL_1, { address: '192.0.2.1' }))).toBe('ok')
    // Which is no way around the limits either.
    expect(await begun(100, () => URL_1, many, documents)).toBe(9)
  })

  it('without an address, those of the host alone', async () => {
    const documents = open()
    expect(await begun(300, path, () => undefined, documents)).toBe(100)
    expect(await begun(300, host, () => undefined, documents)).toBe(300)
  })

  it('16 at a time for one network, 128 in all', async () => {
    answer = never
    const documents = documentsIn({ deadline: 50 }, { fetch }, clock)
    const waiting = Array.from({ length: 200 }, (_, i) => documents.get(host(i), { address: `198.51.${i % 2}.7` }))
    await expect.poll(() => asked.length).toBe(32)
    const others = Array.from({ length: 200 }, (_, i) => documents.get(host(1000 + i), { address: `192.0.${i}.1` }))
    await expect.poll(() => asked.length).toBe(128)
    const outcomes = (await Promise.all([...waiting, ...others])).map(outcome)
    expect(outcomes.filter((one) => one === 'timeout')).toHaveLength(128)
    expect(outcomes.filter((one) => one === 'limited')).toHaveLength(272)
    // What is over makes room.
    answer = good
    expect(outcome(await documents.get(host(5000), { address: '198.51.0.7' }))).toBe('ok')
  })

  it('a fetch that never ends, because its request was cancelled on Workers, counts for ten seconds', async () => {
    answer = never
    const documents = documentsIn({ deadline: 60_000 }, { fetch }, clock)
    for (let i = 0; i < 16; i++) void documents.get(host(i), from)
    expect(outcome(await documents.get(host(100), from))).toBe('limited')
    now += 10_000
    answer = good
    expect(outcome(await documents.get(host(100), from))).toBe('ok')
  })

  it('what is refused is not remembered as a failure, and uses nothing up', async () => {
    const documents = open()
    await begun(100, path, one, documents)
    now += 2_000
    expect(outcome(await documents.get(path(50), from))).toBe('ok')
  })

  it('a URL that is not allowed and a failure that is remembered cost nothing', async () => {
    const documents = open()
    answer = () => Response.json([])
    await documents.get(URL_1, from)
    for (let i = 0; i < 200; i++) {
      expect(outcome(await documents.get(URL_1, from))).toBe('not_json')
      expect(outcome(await documents.get('https://127.0.0.1/', from))).toBe('address_not_allowed')
    }
    answer = good
    expect(await begun(100, host, one, documents)).toBe(59)
  })

  it('a clock that goes back takes nothing away', async () => {
    const documents = open()
    await documents.get(host(0), from)
    now -= 3_600_000
    expect(await begun(100, (i) => host(1 + i), one, documents)).toBe(59)
    now += 10_000
    expect(await begun(100, (i) => host(200 + i), one, documents)).toBe(10)
  })
})

describe('is a TypeError at construction:', () => {
  it.each<[string, unknown, RegExp]>([
    ['options that are none', undefined, /must be an object/],
    ['an unknown option', { allowOrigin: [] }, /no option `allowOrigin`.*fetch, allowOrigins/],
    ['a fetch that is none', { fetch: 'https://proxy' }, /fetch must be a function/],
    ['one origin instead of a list', { allowOrigins: 'http://localhost:3000' }, /must be a list/],
    ['an origin with a slash', { allowOrigins: ['http://localhost:3000/'] }, /Write 'http:\/\/localhost:3000'/],
    ['an origin with a default port', { allowOrigins: ['https://docs.example:443'] }, /Write 'https:\/\/docs.example'/],
    ['an origin in capitals', { allowOrigins: ['https://DOCS.example'] }, /Write 'https:\/\/docs.example'/],
    ['a host', { allowOrigins: ['localhost:3000'] }, /is no origin/],
    ['a file', { allowOrigins: ['file:///x'] }, /is no origin/],
    ['a wildcard', { allowOrigins: ['*'] }, /is no origin/],
  ])('%s', (_, options, message) => {
    expect(() => guardedDocuments(options as DocumentsOptions, clock)).toThrow(TypeError)
    expect(() => guardedDocuments(options as DocumentsOptions, clock)).toThrow(message)
  })

  it('no fetch, where the runtime cannot connect to an address that it is given', () => {
    expect(() => documentsIn({ canPin: false }, {}, clock)).toThrow(/cannot connect to an address.*Give `fetch`/s)
    expect(() => documentsIn({ canPin: false }, { fetch }, clock)).not.toThrow()
    expect(() => guardedDocuments({}, clock)).not.toThrow()
  })
})
