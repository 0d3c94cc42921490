/**
 * Suite: compare-and-swap. Every step of the protocol stands on it.
 *
 * @module
 */
import type { Storage } from '../contract.js'
import { equal, equalRecord, freshRecord, freshVersion, hour, now, onlyWinner, successor, upTo } from './fixture.js'
import type { StorageTest } from './part.js'

export function replaceTests(test: StorageTest): void {
  test('every field changes, when the version is the expected one', async (storage) => {
    const bare = freshRecord()
    const full = successor(bare, { subject: 'alice', clientId: 'web', expiresAt: now + hour })
    const again = successor(full, { subject: 'bob', clientId: 'app', expiresAt: now + 2 * hour })
    const bareAgain = successor(again, { subject: null, clientId: null, expiresAt: null })
    await storage.insert('grant', bare, now)
    let version = bare.version
    for (const next of [full, again, bareAgain]) {
      equal('replace', await storage.replace('grant', next, version), true)
      equalRecord('afterwards', await storage.get('grant', bare.id), next)
      version = next.version
    }
  })

  test('another version is refused, and nothing is written', async (storage) => {
    const record = freshRecord({ subject: 'alice', expiresAt: now + hour })
    await storage.insert('grant', record, now)
    for (const expected of [freshVersion(), record.version.toUpperCase(), record.version.slice(0, -1), '']) {
      equal('replace', await storage.replace('grant', successor(record), expected), false)
      equalRecord('afterwards', await storage.get('grant', record.id), record)
    }
  })

  test('a missing record is refused, and not created', async (storage) => {
    const removed = freshRecord()
    await storage.insert('grant', removed, now)
    await storage.remove('grant', removed.id)
    for (const record of [freshRecord(), removed]) {
      equal('replace', await storage.replace('grant', successor(record), record.version), false)
      equalRecord('afterwards', await storage.get('grant', record.id), null)
    }
  })

  test('delivered twice, it is true twice, and changes nothing the second time', async (storage) => {
    const record = freshRecord()
    const next = successor(record, { subject: 'alice', expiresAt: now + hour })
    await storage.insert('grant', record, now)
    for (const delivery of ['first', 'second']) {
      equal(`${delivery} delivery`, await storage.replace('grant', next, record.version), true)
      equalRecord('afterwards', await storage.get('grant', record.id), next)
    }
  })

  test('delivered twice at once, it is true twice', async (storage) => {
    for (const record of upTo(20).map(() => freshRecord())) {
      const next = successor(record)
      await storage.insert('grant', record, now)
      const deliver = () => storage.replace('grant', next, record.version)
      equal('both deliveries', (await Promise.all([deliver(), deliver()])).join(), 'true,true')
      equalRecord('afterwards', await storage.get('grant', record.id), next)
    }
  })

  test('delivered again after the record has moved on, it is false and undoes nothing', async (storage) => {
    const first = freshRecord()
    const second = successor(first)
    const third = successor(second)
    await storage.insert('grant', first, now)
    await storage.replace('grant', second, first.version)
    await storage.replace('grant', third, second.version)
    equal('late delivery', await storage.replace('grant', second, first.version), false)
    equalRecord('afterwards', await storage.get('grant', first.id), third)
  })

  test('of 200 at once, exactly one wins', async (storage) => {
    const record = freshRecord()
    await storage.insert('grant', record, now)
    const nexts = upTo(200).map((index) => successor(record, { document: `${index}` }))
    const outcomes = await Promise.all(nexts.map((next) => storage.replace('grant', next, record.version)))
    equalRecord('the winner', await storage.get('grant', record.id), nexts[onlyWinner(outcomes)] ?? null)
  })

  test('no step is lost when 10 writers count to 100 together', async (storage) => {
    const counter = freshRecord({ document: '0' })
    await storage.insert('counter', counter, now)
    await Promise.all(upTo(10).map(() => countTo(storage, counter.id, 10)))
    equal('the count', (await storage.get('counter', counter.id))?.document, '100')
  })

  test('a record that is removed meanwhile does not come back', async (storage) => {
    for (const record of upTo(50).map(() => freshRecord())) {
      await storage.insert('grant', record, now)
      const next = successor(record)
      await Promise.all([storage.replace('grant', next, record.version), storage.remove('grant', record.id)])
      equalRecord('afterwards', await storage.get('grant', record.id), null)
    }
  })
}

/** Adds 1, `times` times, and swaps again whenever another writer was faster. */
async function countTo(storage: Storage, id: string, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const found = await storage.get('counter', id)
    if (!found) throw new Error('the counter is gone')
    const next = successor(found, { document: `${Number(found.document) + 1}` })
    if (await storage.replace('counter', next, found.version)) done++
  }
}
