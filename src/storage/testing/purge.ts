/**
 * Suite: purge deletes what has expired, in bounded batches, and nothing else, however it races with writers.
 *
 * @module
 */
import { kinds, type Storage } from '../contract.js'
import { equal, equalRecord, freshRecord, hour, minute, now, successor, upTo } from './fixture.js'
import type { StorageTest } from './part.js'

export function purgeTests(test: StorageTest, expiresByItself: boolean): void {
  /** For what a store need not do when its engine deletes expired records by itself. */
  const purgingTest = expiresByItself ? () => {} : test

  test('what has not expired stays', async (storage) => {
    for (const kind of kinds) {
      const records = [freshRecord(), freshRecord({ expiresAt: later + 1 }), freshRecord({ expiresAt: later + hour })]
      for (const record of records) await storage.insert(kind, record, now)
      await drain(storage)
      for (const record of records) {
        equalRecord(`${kind} until ${record.expiresAt}`, await storage.get(kind, record.id), record)
      }
    }
  })

  purgingTest('what has expired goes, in every kind, and is counted', async (storage) => {
    await drain(storage)
    const records = kinds.flatMap((kind) =>
      [later - minute, later - 1, later].map((expiresAt) => ({ kind, record: freshRecord({ expiresAt }) })),
    )
    for (const { kind, record } of records) await storage.insert(kind, record, now)
    equal('purged', await drain(storage), records.length)
    for (const { kind, record } of records) equalRecord(kind, await storage.get(kind, record.id), null)
  })

  purgingTest('at most `limit` records go at a time', async (storage) => {
    await drain(storage)
    const records = upTo(10).map((index) => ({
      kind: index % 2 === 0 ? ('grant' as const) : ('request' as const),
      record: freshRecord({ subject: 'alice', expiresAt: later }),
    }))
    for (const { kind, record } of records) await storage.insert(kind, record, now)
    const left = async () => {
      const found = await Promise.all(records.map(({ kind, record }) => storage.get(kind, record.id)))
      return found.filter((record) => record !== null).length
    }
    for (let before = records.length; before > 0; before = await left()) {
      const purged = await storage.purge(later, 3)
      equal('some purged, within the limit', purged > 0 && purged <= 3, true)
      equal('left', await left(), before - purged)
    }
    equal('purged in the end', await storage.purge(later, 3), 0)
  })

  purgingTest('purges at once count every record once', async (storage) => {
    await drain(storage)
    for (const _ of upTo(50)) await storage.insert('once', freshRecord({ expiresAt: later }), now)
    const counts = await Promise.all(upTo(5).map(() => storage.purge(later, 100)))
    equal(
      'purged',
      counts.reduce((sum, count) => sum + count),
      50,
    )
  })

  test('a record whose life is extended meanwhile is kept, and one that was purged does not come back', async (storage) => {
    for (const round of upTo(5)) {
      const records = upTo(40).map(() => freshRecord({ expiresAt: later }))
      await Promise.all(records.map((record) => storage.insert('session', record, now)))
      const extend = records.map((record) => successor(record, { expiresAt: later + hour }))
      const writes: Promise<boolean>[] = []
      const purges: Promise<number>[] = []
      for (const [index, next] of extend.entries()) {
        writes.push(storage.replace('session', next, records[index]?.version ?? ''))
        if (index % 8 === round) purges.push(storage.purge(later, 10))
      }
      const extended = await Promise.all(writes)
      await Promise.all(purges)
      for (const [index, next] of extend.entries()) {
        equalRecord('afterwards', await storage.get('session', next.id), extended[index] ? next : null)
      }
    }
  })

  test('a record that is inserted over an expired one meanwhile is kept', async (storage) => {
    const expired = upTo(40).map(() => freshRecord({ expiresAt: later }))
    await Promise.all(expired.map((record) => storage.insert('once', record, now)))
    const fresh = expired.map((record) => successor(record, { expiresAt: later + hour }))
    const writes: Promise<boolean>[] = []
    const purges: Promise<number>[] = []
    for (const [index, record] of fresh.entries()) {
      if (index % 4 === 0) purges.push(storage.purge(later, 10))
      writes.push(storage.insert('once', record, later))
    }
    equal('inserted', (await Promise.all(writes)).every(Boolean), true)
    await Promise.all(purges)
    for (const record of fresh) equalRecord('afterwards', await storage.get('once', record.id), record)
  })
}

/** Later than the expiry of everything that other tests let expire. */
const later = now + 3 * hour

/** Purges until there is nothing left to purge, and says how many went. */
async function drain(storage: Storage): Promise<number> {
  for (let total = 0; ; ) {
    const purged = await storage.purge(later, 1000)
    if (purged === 0) return total
    total += purged
  }
}
