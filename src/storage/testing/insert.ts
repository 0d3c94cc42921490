/**
 * Suite: an id is given to exactly one writer, until its record expires.
 *
 * @module
 */

import { equal, equalRecord, freshId, freshRecord, hour, minute, now, onlyWinner, successor, upTo } from './fixture.js'
import type { StorageTest } from './part.js'

export function insertTests(test: StorageTest): void {
  test('a taken id is refused, and its record stays as it is', async (storage) => {
    const record = freshRecord({ expiresAt: now + hour })
    const other = successor(record, { subject: 'mallory', expiresAt: null })
    equal('the first', await storage.insert('once', record, now), true)
    equal('the second', await storage.insert('once', other, now), false)
    equalRecord('afterwards', await storage.get('once', record.id), record)
  })

  test('delivered twice, it is true twice, and changes nothing the second time', async (storage) => {
    for (const record of [freshRecord(), freshRecord({ subject: 'alice', expiresAt: now + hour })]) {
      equal('first delivery', await storage.insert('grant', record, now), true)
      equal('second delivery', await storage.insert('grant', record, now), true)
      equalRecord('afterwards', await storage.get('grant', record.id), record)
    }
  })

  test('delivered twice at once, it is true twice', async (storage) => {
    for (const record of upTo(20).map(() => freshRecord())) {
      const deliveries = await Promise.all([storage.insert('once', record, now), storage.insert('once', record, now)])
      equal('both deliveries', deliveries.join(), 'true,true')
      equalRecord('afterwards', await storage.get('once', record.id), record)
    }
  })

  test('delivered again after the record has moved on, it is false and undoes nothing', async (storage) => {
    const record = freshRecord()
    const next = successor(record)
    await storage.insert('grant', record, now)
    await storage.replace('grant', next, record.version)
    equal('late delivery', await storage.insert('grant', record, now), false)
    equalRecord('afterwards', await storage.get('grant', record.id), next)
  })

  test('the id of an expired record is free, from the very millisecond', async (storage) => {
    for (const late of [0, 1, hour]) {
      const record = freshRecord({ subject: 'alice', clientId: 'web', expiresAt: now + minute })
      const next = successor(record, { subject: 'bob', clientId: null, expiresAt: now + 2 * hour })
      await storage.insert('once', record, now)
      equal(`${late} ms late`, await storage.insert('once', next, now + minute + late), true)
      equalRecord('afterwards', await storage.get('once', record.id), next)
      equal('delivered again', await storage.insert('once', next, now + minute + late), true)
      equal('replace of what expired', await storage.replace('once', successor(record), record.version), false)
      equalRecord('in the end', await storage.get('once', record.id), next)
    }
  })

  test('the id of a record that has not expired is taken', async (storage) => {
    for (const expiresAt of [now + minute + 1, now + hour, null]) {
      const record = freshRecord({ expiresAt })
      await storage.insert('once', record, now)
      equal(`expires at ${expiresAt}`, await storage.insert('once', successor(record), now + minute), false)
      equalRecord('afterwards', await storage.get('once', record.id), record)
    }
  })

  test('of 200 at once, exactly one wins', async (storage) => {
    for (const kind of ['once', 'grant'] as const) {
      const id = freshId()
      const records = upTo(200).map((index) => freshRecord({ id, document: `${index}` }))
      const outcomes = await Promise.all(records.map((record) => storage.insert(kind, record, now)))
      equalRecord('the winner', await storage.get(kind, id), records[onlyWinner(outcomes)] ?? null)
    }
  })

  test('of 200 at once over an expired record, exactly one wins', async (storage) => {
    const expired = freshRecord({ expiresAt: now + minute })
    await storage.insert('once', expired, now)
    const records = upTo(200).map(() => successor(expired, { expiresAt: now + 2 * hour }))
    const outcomes = await Promise.all(records.map((record) => storage.insert('once', record, now + hour)))
    equalRecord('the winner', await storage.get('once', expired.id), records[onlyWinner(outcomes)] ?? null)
  })
}
