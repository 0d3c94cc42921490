/**
 * What is used when the host of a document does not give it: the last good copy, then what was shipped; and what is used where nothing may be
 * fetched.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import { memoryStorage } from '../../../src/storage/memory.js'
import { CALLBACK, snapshot } from '../../support/harness.js'
import { type ObservedStorage, observedStorage } from '../../support/observed-storage.js'
import {
  authorize,
  client_id,
  connect,
  DAY,
  good,
  type Hosts,
  hosts,
  isActive,
  MINUTE,
  refresh,
  type Said,
  type Served,
  served,
} from './document-hosts.js'

let at: Hosts
let storage: ObservedStorage
let h: Served
beforeEach(() => {
  at = hosts()
  storage = observedStorage(memoryStorage())
  h = served({}, { at, storage })
})

/** Another process of the same deployment, at the same time, which has fetched nothing yet. */
function instance(documents: Parameters<typeof served>[0] = {}): Served {
  const other = served(documents, { at, storage })
  other.now = h.now
  return other
}

const copyReads = () => storage.calls.filter((call) => call.endsWith(' pointer'))
const copies = () => snapshot(h, ['pointer'])
const reads = (from: Served) => from.events.filter(({ type }) => type === 'document_read')

const away: [string, Said][] = [
  ['403', 403],
  ['429', 429],
  ['500', 500],
  ['503', 503],
  ['no name', new Error('getaddrinfo ENOTFOUND client.example.com')],
  ['no TLS', new Error('self-signed certificate')],
]
const wrong: [string, Said][] = [
  ['another client_id', { document: { ...good, client_id: 'https://client.example.com/' } }],
  ['a secret', { document: { ...good, client_secret: 's'.repeat(40) } }],
  ['no redirect URIs', { document: { ...good, redirect_uris: [] } }],
]
const gone: [string, Said][] = [
  ['404', 404],
  ['410', 410],
]
const other: [string, Said][] = [
  ['401', 401],
  ['a redirect', 302],
  ['a page', { document: '<html>', headers: { 'content-type': 'text/html' } }],
  ['no JSON', { document: '{' }],
]

describe('when the host of a document answers with', () => {
  it.each(away)('%s, whoever was agreed to goes on, on every instance, and it is told', async (_, said) => {
    const tokens = await connect(h)
    const fetchedAt = h.now
    at.said = said
    h.now += 2 * DAY
    for (const one of [instance(), h]) {
      expect((await authorize(one)).status).toBe(200)
      expect(await refresh(one, tokens)).toMatchObject({ scope: 'read' })
      expect(reads(one).at(-1)).toMatchObject({ clientId: client_id, source: 'copy', asOf: fetchedAt })
      expect(JSON.stringify(reads(one).at(-1))).toContain('The host gave none: ')
    }
  })

  it.each(away)('%s, whoever was never agreed to is refused', async (_, said) => {
    await authorize(h)
    expect(await copies()).toBe('[[]]')
    at.said = said
    h.now += 2 * DAY
    const before = await snapshot(h)
    expect((await authorize(instance())).status).toBe(400)
    expect(await snapshot(h)).toBe(before)
  })

  it.each(gone)('%s, the copy is gone for good', async (_, said) => {
    const tokens = await connect(h)
    at.said = said
    h.now += 11 * MINUTE
    expect((await authorize(h)).status).toBe(400)
    expect(await copies()).not.toContain('Notes for all')
    expect(await isActive(h, tokens)).toBe(false)
    // An outage does not bring it back.
    at.said = 503
    h.now += 2 * MINUTE
    expect((await authorize(h)).status).toBe(400)
    expect((await authorize(instance())).status).toBe(400)
    expect(await isActive(instance(), tokens)).toBe(false)
    expect(await refresh(h, tokens)).toMatchObject({ error: 'invalid_client' })
  })

  it.each(wrong)('%s, the new document counts, and an outage does not bring the old one back', async (_, said) => {
    const tokens = await connect(h)
    at.said = said
    h.now += 11 * MINUTE
    expect((await authorize(h)).status).toBe(400)
    at.said = 503
    h.now += 2 * MINUTE
    expect((await authorize(h)).status).toBe(400)
    expect(await refresh(instance(), tokens)).toMatchObject({ error: 'invalid_client' })
    // The document comes back, and with it the client, also where nothing may be fetched.
    at.said = { document: good }
    h.now += 2 * MINUTE
    expect((await authorize(h)).status).toBe(200)
    expect(await isActive(instance(), tokens)).toBe(true)
  })

  it.each(other)('%s, that is an answer: the copy is not used, and stays', async (_, said) => {
    await connect(h)
    const before = await copies()
    at.said = said
    h.now += 11 * MINUTE
    expect((await authorize(h)).status).toBe(400)
    expect(await copies()).toBe(before)
    at.said = 503
    h.now += 2 * MINUTE
    expect((await authorize(h)).status).toBe(200)
  })

  it('a document without the redirect URI, that URI is refused, also in an outage that follows', async () => {
    await connect(h)
    at.said = { document: { ...good, redirect_uris: ['https://new.example.com/cb'] } }
    h.now += 11 * MINUTE
    expect((await authorize(h)).status).toBe(400)
    at.said = 503
    h.now += 11 * MINUTE
    for (const one of [h, instance()]) {
      expect((await authorize(one)).status).toBe(400)
      expect((await authorize(one, { redirect_uri: 'https://new.example.com/cb' })).status).toBe(200)
    }
  })
})

describe('the last good copy', () => {
  it('is stored when somebody agrees, and not before', async () => {
    await authorize(h)
    expect(await copies()).toBe('[[]]')
    await connect(h)
    const [records = []] = JSON.parse(await copies())
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({ clientId: client_id, subject: null })
  })

  it('lives thirty days after somebody agreed', async () => {
    await connect(h)
    at.said = 403
    h.now += 30 * DAY
    expect((await authorize(instance())).status).toBe(200)
    h.now += DAY
    expect((await authorize(instance())).status).toBe(400)
  })

  it('lives on while people agree, and while the document can be fetched; written once a day at most', async () => {
    await connect(h)
    storage.calls.length = 0
    h.now += 20 * MINUTE
    await connect(h)
    expect(copyReads().filter((call) => !call.startsWith('get'))).toEqual([])
    h.now += 20 * DAY
    await authorize(h)
    expect(copyReads().filter((call) => !call.startsWith('get'))).toEqual(['replace pointer'])
    at.said = 403
    h.now += 20 * DAY
    await connect(instance())
    h.now += 29 * DAY
    expect((await authorize(instance())).status).toBe(200)
  })

  it('is asked past once a minute, so that the host is noticed when it is back', async () => {
    await connect(h)
    at.said = 503
    h.now += 11 * MINUTE
    await authorize(h)
    storage.calls.length = 0
    await authorize(h)
    expect(copyReads()).toEqual([])
    expect(at.asked).toHaveLength(2)
    at.said = { document: { ...good, client_name: 'Back again' } }
    h.now += MINUTE
    expect(await (await authorize(h)).text()).toContain('Back again')
  })

  it('is not put back by an instance that has not seen that it was withdrawn', async () => {
    const late = instance()
    await connect(late)
    at.said = 404
    h.now += 5 * MINUTE
    await authorize(h)
    late.now = h.now
    // Its own memory says that the document is fresh.
    await connect(late)
    expect(await copies()).not.toContain('Notes for all')
    at.said = 503
    h.now += 2 * MINUTE
    expect((await authorize(h)).status).toBe(400)
  })

  it('belongs to its issuer alone', async () => {
    await connect(h)
    at.said = 503
    const foreign = served({}, { at, storage, issuer: 'https://other-issuer.example.com' })
    foreign.now = h.now + 11 * MINUTE
    const response = await foreign.server.fetch(
      new Request(
        `https://other-issuer.example.com/oauth/authorize?client_id=${encodeURIComponent(client_id)}&redirect_uri=${encodeURIComponent(CALLBACK)}`,
      ),
    )
    expect(response.status).toBe(400)
  })
})

describe('where nothing may be fetched', () => {
  it('an access token costs no read and no fetch while the document is remembered', async () => {
    const tokens = await connect(h)
    storage.calls.length = 0
    expect(await isActive(h, tokens)).toBe(true)
    expect(copyReads()).toEqual([])
    expect(at.asked).toHaveLength(1)
  })

  it('it costs one read on another instance, and then none for some minutes', async () => {
    const tokens = await connect(h)
    const elsewhere = instance()
    storage.calls.length = 0
    expect(await isActive(elsewhere, tokens)).toBe(true)
    expect(copyReads()).toEqual(['get pointer'])
    expect(await isActive(elsewhere, tokens)).toBe(true)
    expect(copyReads()).toEqual(['get pointer'])
    expect(at.asked).toHaveLength(1)
    elsewhere.now += 5 * MINUTE
    expect(await isActive(elsewhere, tokens)).toBe(true)
    expect(copyReads()).toEqual(['get pointer', 'get pointer'])
  })

  it('a document that was withdrawn is noticed within some minutes', async () => {
    const tokens = await connect(h)
    const elsewhere = instance()
    expect(await isActive(elsewhere, tokens)).toBe(true)
    at.said = 410
    h.now += 11 * MINUTE
    await authorize(h)
    elsewhere.now = h.now
    expect(await isActive(elsewhere, tokens)).toBe(false)
    expect(at.asked).toHaveLength(2)
  })

  it('an id that nobody has agreed to is nobody, and nothing is asked', async () => {
    const elsewhere = instance()
    const response = await elsewhere.server.clients.get(client_id)
    expect(response).toBeNull()
    expect(at.asked).toEqual([])
  })

  it('the connected apps have the name', async () => {
    await connect(h)
    const html = await (await instance().browser().get('/oauth/apps')).text()
    expect(html).toContain('Notes for all')
    expect(at.asked).toHaveLength(1)
  })
})

describe('a document that was shipped', () => {
  const shipped = { client_id, document: { ...good, client_name: 'As it was' }, asOf: '2026-01-03' }
  beforeEach(() => {
    h = served({ knownDocuments: [shipped] }, { at, storage })
  })
  const another = () => instance({ knownDocuments: [shipped] })

  it('is used when the host gives none and there is no copy, and told with its date', async () => {
    at.said = 403
    const tokens = await connect(h)
    expect(tokens).toMatchObject({ scope: 'read' })
    expect(reads(h)).toMatchObject([{ source: 'shipped', asOf: Date.UTC(2026, 0, 3), clientId: client_id }])
    expect(await isActive(another(), tokens)).toBe(true)
    // It is no copy of ours: where nobody ships it, it is not there.
    expect(await copies()).not.toContain('As it was')
    expect((await authorize(instance())).status).toBe(400)
  })

  it('gives way to the host, and to a copy', async () => {
    expect(await (await authorize(h)).text()).toContain('Notes for all')
    await connect(h)
    at.said = 403
    h.now += 2 * DAY
    expect(await (await authorize(another())).text()).toContain('Notes for all')
  })

  it('gives way to the document that comes after it, and is not used again then', async () => {
    at.said = 403
    await connect(h)
    at.said = { document: good }
    h.now += 2 * MINUTE
    await authorize(h)
    at.said = 403
    h.now += 2 * DAY
    expect(await (await authorize(another())).text()).toContain('Notes for all')
  })

  it.each([...gone, ...wrong])(
    'is not used after %s, nor in an outage that follows, once somebody has agreed',
    async (_, said) => {
      at.said = 403
      const tokens = await connect(h)
      at.said = said
      h.now += 2 * MINUTE
      expect((await authorize(h)).status).toBe(400)
      at.said = 403
      h.now += 2 * MINUTE
      expect((await authorize(h)).status).toBe(400)
      expect((await authorize(another())).status).toBe(400)
      expect(await isActive(another(), tokens)).toBe(false)
    },
  )

  it.each([...gone, ...wrong, ...other])('is not used where the host answers with %s', async (_, said) => {
    at.said = said
    expect((await authorize(h)).status).toBe(400)
    expect(reads(h)).toEqual([])
  })

  it('of another id is nobody’s', async () => {
    at.said = 403
    expect((await authorize(h, { client_id: `${client_id}?x` })).status).toBe(400)
  })
})
