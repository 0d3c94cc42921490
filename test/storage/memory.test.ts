import { describe, expect, it } from 'vitest'
import type { StoredRecord } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { storageSuite } from '../../src/storage/testing.js'

describe('memory', () => {
  storageSuite({ describe, it }, () => memoryStorage())

  it('rejects an insert that finds it full, and keeps what is there', async () => {
    const storage = memoryStorage({ maxRecords: 2 })
    await storage.insert('grant', record('a'), 0)
    await storage.insert('once', record('b', 11), 0)
    await expect(storage.insert('grant', record('c'), 10)).rejects.toThrow('memoryStorage is full: 2 records')
    expect(await storage.get('grant', 'c')).toBeNull()
    expect(await storage.get('grant', 'a')).toEqual(record('a'))
    expect(await storage.get('once', 'b')).toEqual(record('b', 11))
  })

  it('makes room in a full store by deleting what has expired, of any kind', async () => {
    const storage = memoryStorage({ maxRecords: 2 })
    await storage.insert('grant', record('a'), 0)
    await storage.insert('once', record('b', 10), 0)
    expect(await storage.insert('grant', record('c'), 10)).toBe(true)
    expect(await storage.get('once', 'b')).toBeNull()
    await expect(storage.insert('grant', record('d'), 10)).rejects.toThrow('full')
  })

  it('still swaps, overwrites what expired and answers redeliveries when it is full', async () => {
    const storage = memoryStorage({ maxRecords: 2 })
    await storage.insert('grant', record('a'), 0)
    await storage.insert('once', record('b', 10), 0)
    expect(await storage.insert('grant', record('a'), 0)).toBe(true)
    expect(await storage.replace('grant', { ...record('a'), version: '2' }, '1')).toBe(true)
    expect(await storage.insert('once', { ...record('b'), version: '2' }, 10)).toBe(true)
    await expect(storage.insert('grant', record('c'), 10)).rejects.toThrow('full')
  })

  it('has room again for what was removed or purged, and no more', async () => {
    const storage = memoryStorage({ maxRecords: 2 })
    await storage.insert('grant', record('a'), 0)
    await storage.insert('grant', record('b', 10), 0)
    await storage.remove('grant', 'a')
    await storage.remove('grant', 'a')
    expect(await storage.purge(10, 5)).toBe(1)
    expect(await storage.insert('grant', record('c'), 10)).toBe(true)
    expect(await storage.insert('grant', record('d'), 10)).toBe(true)
    await expect(storage.insert('grant', record('e'), 10)).rejects.toThrow('full')
  })

  it('refuses a bound that is no positive integer', () => {
    for (const maxRecords of [0, -1, 1.5, Number.NaN]) expect(() => memoryStorage({ maxRecords })).toThrow(TypeError)
  })
})

const record = (id: string, expiresAt: number | null = null): StoredRecord => ({
  id,
  version: '1',
  subject: null,
  clientId: null,
  expiresAt,
  document: '{}',
})
