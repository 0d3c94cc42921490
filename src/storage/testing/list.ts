/**
 * Suite: listing reaches every record of a user, and nobody else's. Lists may lag behind writes, so single answers are waited
 * for.
 *
 * @module
 */
import type { Kind, Storage, StoredRecord } from '../contract.js'
import {
  equal,
  equalIds,
  equalRecord,
  eventually,
  freshId,
  freshRecord,
  hour,
  minute,
  now,
  successor,
  upTo,
} from './fixture.js'
import type { StorageTest } from './part.js'

export function listTests(test: StorageTest): void {
  test('records come whole, in ascending order of the bytes of their ids', async (storage) => {
    const subject = freshId()
    const prefix = freshId()
    const ids = ['', '-', '--', '-a', '0', '9', 'A', 'Z', 'Za', '_', '_0', 'a', 'aZ', 'z'].map((end) => prefix + end)
    const records = ids.map((id) => freshRecord({ id, subject, clientId: 'web', expiresAt: now + hour, document: id }))
    await insertAll(storage, 'grant', records.toReversed())
    await eventually(async () => {
      const found = await storage.list('grant', { subject }, { limit: 100 })
      equalIds('list', found, ids)
      for (const [index, record] of found.entries()) equalRecord('record', record, records[index] ?? null)
    })
  })

  test('a page holds at most `limit` records and starts after the cursor, whose record may be gone', async (storage) => {
    const subject = freshId()
    const prefix = freshId()
    const ids = upTo(6).map((index) => `${prefix}-${index}`)
    await insertAll(
      storage,
      'session',
      ids.map((id) => freshRecord({ id, subject })),
    )
    const page = (after: string | undefined, limit: number) => storage.list('session', { subject }, { after, limit })
    await eventually(async () => {
      equalIds('the first two', await page(undefined, 2), ids.slice(0, 2))
      equalIds('after the second', await page(`${prefix}-1`, 3), ids.slice(2, 5))
      equalIds('after the last', await page(`${prefix}-5`, 3), [])
      equalIds('after an id that never was', await page(`${prefix}-2a`, 1), ids.slice(3, 4))
    })
    await storage.remove('session', `${prefix}-1`)
    await eventually(async () => equalIds('after a removed one', await page(`${prefix}-1`, 100), ids.slice(2)))
  })

  test('subjects that differ only in case, accent, form or a space have their own records', async (storage) => {
    const prefix = freshId()
    const subjects = subjectEnds.map((end) => `${prefix}${end}`)
    const records = subjects.map((subject) => freshRecord({ subject }))
    await insertAll(storage, 'consent', records)
    await eventually(async () => {
      for (const { subject, id } of records) {
        equalIds(`subject ${subject}`, await storage.list('consent', { subject: subject ?? '' }, { limit: 100 }), [id])
      }
    })
  })

  test('an empty subject is not a missing filter, and nobody is not somebody named null', async (storage) => {
    const named = freshRecord({ subject: freshId() })
    const nobodys = freshRecord()
    await insertAll(storage, 'grant', [named, nobodys])
    await eventually(async () => {
      equalIds('named', await storage.list('grant', { subject: named.subject ?? '' }, { limit: 10 }), [named.id])
    })
    for (const subject of ['', 'null', 'undefined']) {
      const found = await allPages(storage, 'grant', subject, 100)
      equal(
        'strangers',
        found.some(({ id }) => id === named.id || id === nobodys.id),
        false,
      )
    }
  })

  test('a list follows its records as they change user, expire and go', async (storage) => {
    const [alice, bob] = [freshId(), freshId()]
    const record = freshRecord({ subject: alice, expiresAt: now + minute })
    const bobs = successor(record, { subject: bob })
    const alicesAgain = successor(record, { subject: alice, expiresAt: null })
    const has = (subject: string, ids: readonly string[]) =>
      eventually(async () => equalIds('list', await storage.list('grant', { subject }, { limit: 10 }), ids))

    await storage.insert('grant', record, now)
    await has(alice, [record.id])
    await storage.replace('grant', bobs, record.version)
    await has(alice, [])
    await has(bob, [record.id])
    await storage.insert('grant', alicesAgain, now + hour)
    await has(bob, [])
    await has(alice, [record.id])
    await storage.remove('grant', record.id)
    await has(alice, [])
  })

  test('a list holds one kind', async (storage) => {
    const subject = freshId()
    const [grant, consent] = [freshRecord({ subject }), freshRecord({ subject })]
    await storage.insert('grant', grant, now)
    await storage.insert('consent', consent, now)
    await eventually(async () => {
      equalIds('grants', await storage.list('grant', { subject }, { limit: 10 }), [grant.id])
      equalIds('consents', await storage.list('consent', { subject }, { limit: 10 }), [consent.id])
      equalIds('sessions', await storage.list('session', { subject }, { limit: 10 }), [])
    })
  })

  test('without a subject, it lists the clients of everybody and of nobody', async (storage) => {
    const prefix = freshId()
    const ids = upTo(30).map((index) => `${prefix}-${index + 10}`)
    const records = ids.map((id, index) =>
      freshRecord({ id, subject: index % 3 === 0 ? null : `${prefix}${index % 3}` }),
    )
    await insertAll(storage, 'client', records)
    await eventually(async () => {
      const clients = await allPages(storage, 'client', undefined, 7)
      const mine = clients.filter(({ id }) => id.startsWith(`${prefix}-`))
      equalIds('clients', mine, ids)
    })
    for (const { id } of records) await storage.remove('client', id)
  })

  test('paging neither skips nor repeats a record while others are written around it', async (storage) => {
    const subject = freshId()
    const prefix = freshId()
    const name = (index: number, end: string) => `${prefix}-${index + 100}${end}`
    const steady = upTo(60).map((index) => freshRecord({ id: name(index, 'b'), subject }))
    const leaving = upTo(60).map((index) => freshRecord({ id: name(index, 'a'), subject }))
    await insertAll(storage, 'grant', [...steady, ...leaving])
    await eventually(async () => {
      equal('records', (await allPages(storage, 'grant', subject, 50)).length, 120)
    })

    const write = async (index: number) => {
      const [staying, going] = [steady[index], leaving[index]]
      if (going) await storage.remove('grant', going.id)
      if (staying) await storage.replace('grant', successor(staying), staying.version)
      await storage.insert('grant', freshRecord({ id: name(index, 'c'), subject }), now)
    }
    // Writers run while a page is read and between pages, behind the cursor and ahead of it.
    const found: StoredRecord[] = []
    for (let pages = 0, more = true; more; pages++) {
      const writes = upTo(4).map((turn) => write(((pages * 4 + turn) * 37) % 60))
      const page = await storage.list('grant', { subject }, { after: found.at(-1)?.id, limit: 7 })
      await Promise.all(writes)
      equal('an end', pages < 180, true)
      found.push(...page)
      more = page.length > 0
    }

    const ids = found.map(({ id }) => id)
    equal('ids, in order and once each', ids.join(' '), [...new Set(ids)].sort().join(' '))
    equalIds(
      'those that stayed',
      found.filter(({ id }) => id.endsWith('b')),
      steady.map(({ id }) => id),
    )
  })
}

/** What collations, trimming and patterns take for the same. */
const subjectEnds = [
  ...['alice', 'Alice', 'ALICE', 'alic\u00e9', 'alice\u0301', 'al\u0131ce', '\uff41lice', 'alice\u200b', 'alice\u00ad'],
  ...['alice ', 'alice  ', 'alice\t', 'alice\n', ' alice', 'alice\u00a0', 'ss', '\u00df', '\u1e9e'],
  ...['ali', 'ali%', 'ali__', 'ali*', 'ali??', '[a]lice', 'alice:1', "alice'", 'alice\\', '{alice}', '1', '01', '1.0'],
]

const insertAll = (storage: Storage, kind: Kind, records: readonly StoredRecord[]): Promise<unknown> =>
  Promise.all(records.map((record) => storage.insert(kind, record, now)))

async function allPages(storage: Storage, kind: Kind, subject: string | undefined, limit: number) {
  const found: StoredRecord[] = []
  for (let after: string | undefined; ; after = found.at(-1)?.id) {
    const page = await storage.list(kind, { subject }, { after, limit })
    equal('a page within its limit', page.length <= limit, true)
    if (page.length === 0) return found
    equal('a page after its cursor', after === undefined || page.every(({ id }) => id > after), true)
    found.push(...page)
  }
}
