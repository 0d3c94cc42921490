import { describe, expect, it } from 'vitest'
import { pause } from '../../src/runtime/deadline.js'
import type { Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { repository } from '../../src/storage/repositories.js'

interface Note {
  readonly id: string
  readonly issuer: string
  readonly owner: string
  readonly until: number
  readonly text: string
}

const issuer = 'https://as.example'
const note: Note = { id: 'note-1', issuer, owner: 'user-1', until: 5000, text: 'first' }
const changed: Note = { ...note, text: 'second' }
const broken = () => Promise.reject(new Error('the connection broke'))

let writes = 0

function notesIn(storage: Storage, now = 1000) {
  const randomBytes = (length: number) => new Uint8Array(length).fill(++writes)
  return repository<Note>(
    storage,
    { now: () => now, randomBytes },
    {
      kind: 'session',
      id: ({ id }) => id,
      subject: ({ owner }) => owner,
      clientId: () => 'client-1',
      expiresAt: ({ until }) => until,
      belongs: (value) => value.issuer === issuer,
    },
  )
}

describe('a record', () => {
  it('says whose it is, when it ends and which format its document has', async () => {
    const storage = memoryStorage()
    await notesIn(storage).insert(note)
    expect(await storage.get('session', 'note-1')).toEqual({
      id: 'note-1',
      version: expect.stringMatching(/^[A-Za-z0-9_-]{16}$/),
      subject: 'user-1',
      clientId: 'client-1',
      expiresAt: 5000,
      document: JSON.stringify({ v: 1, d: note }),
    })
  })

  it('without subject and client says so', async () => {
    const storage = memoryStorage()
    const bare = repository<Note>(
      storage,
      { now: () => 0, randomBytes: (length) => new Uint8Array(length) },
      {
        kind: 'key',
        id: ({ id }) => id,
        expiresAt: () => null,
        belongs: () => true,
      },
    )
    await bare.insert(note)
    expect(await storage.get('key', 'note-1')).toMatchObject({ subject: null, clientId: null, expiresAt: null })
  })

  it('gets a new version with each write', async () => {
    const notes = notesIn(memoryStorage())
    await notes.insert(note)
    const first = await notes.get('note-1')
    await notes.replace(note, first?.version ?? '')
    const second = await notes.get('note-1')
    expect(second?.value).toEqual(note)
    expect(second?.version).not.toBe(first?.version)
  })

  it.each([
    ['a newer format', JSON.stringify({ v: 3, d: note })],
    ['no format', JSON.stringify(note)],
    ['no object', '"text"'],
    ['null', 'null'],
  ])('with %s is not misread', async (_, document) => {
    const storage = memoryStorage()
    const record = { id: 'note-1', version: 'v', subject: 'user-1', clientId: null, expiresAt: null, document }
    await storage.insert('session', record, 0)
    await expect(notesIn(storage).get('note-1')).rejects.toThrow('session record note-1')
    await expect(notesIn(storage).list('user-1', { limit: 10 })).rejects.toThrow('newer')
  })
})

describe('get', () => {
  it('is null when there is none', async () => {
    expect(await notesIn(memoryStorage()).get('note-1')).toBeNull()
  })

  it('is null for the record of another issuer', async () => {
    const notes = notesIn(memoryStorage())
    await notes.insert({ ...note, issuer: 'https://elsewhere.example' })
    expect(await notes.get('note-1')).toBeNull()
  })

  it('rejects when the store fails', async () => {
    await expect(notesIn({ ...memoryStorage(), get: broken }).get('note-1')).rejects.toThrow('the connection broke')
  })
})

describe('insert', () => {
  it('gives what is stored, with the version that a swap expects', async () => {
    const notes = notesIn(memoryStorage())
    const stored = await notes.insert(note)
    expect(stored).toEqual(await notes.get('note-1'))
    expect(await notes.replace(changed, stored?.version ?? '')).not.toBeNull()
  })

  it('is null for an id that is taken, and nothing is written', async () => {
    const notes = notesIn(memoryStorage())
    await notes.insert(note)
    expect(await notes.insert(changed)).toBeNull()
    expect((await notes.get('note-1'))?.value).toEqual(note)
  })

  it('takes the id of a record that has expired by the server’s clock', async () => {
    const storage = memoryStorage()
    await notesIn(storage).insert(note)
    expect(await notesIn(storage, 4999).insert({ ...changed, until: 9000 })).toBeNull()
    expect(await notesIn(storage, 5000).insert({ ...changed, until: 9000 })).not.toBeNull()
  })

  it('counts as done when the store wrote it and then failed', async () => {
    const inner = memoryStorage()
    const notes = notesIn({ ...inner, insert: (...args) => inner.insert(...args).then(broken) })
    expect(await notes.insert(note)).toEqual(await notesIn(inner).get('note-1'))
  })

  it('rejects when the store failed and there is no record', async () => {
    await expect(notesIn({ ...memoryStorage(), insert: broken }).insert(note)).rejects.toThrow('the connection broke')
  })

  it('is null when the store failed and somebody else has the id', async () => {
    const inner = memoryStorage()
    await notesIn(inner).insert(note)
    expect(await notesIn({ ...inner, insert: broken }).insert(changed)).toBeNull()
  })

  it('rejects when the store failed and what is there would have made room', async () => {
    const inner = memoryStorage()
    await notesIn(inner).insert(note)
    const later = notesIn({ ...inner, insert: broken }, note.until)
    await expect(later.insert(changed)).rejects.toThrow('the connection broke')
  })
})

describe('replace', () => {
  async function held() {
    const inner = memoryStorage()
    const first = await notesIn(inner).insert(note)
    return { inner, version: first?.version ?? '' }
  }

  it('writes when the version is the expected one, and gives what is stored', async () => {
    const { inner, version } = await held()
    expect(await notesIn(inner).replace(changed, version)).toEqual(await notesIn(inner).get('note-1'))
    expect((await notesIn(inner).get('note-1'))?.value).toEqual(changed)
  })

  it('is null when it is not, and nothing is written', async () => {
    const { inner } = await held()
    expect(await notesIn(inner).replace(changed, 'another')).toBeNull()
    expect((await notesIn(inner).get('note-1'))?.value).toEqual(note)
  })

  it('counts as done when the store wrote it and then failed', async () => {
    const { inner, version } = await held()
    const storage = {
      ...inner,
      replace: (...args: Parameters<Storage['replace']>) => inner.replace(...args).then(broken),
    }
    expect((await notesIn(storage).replace(changed, version))?.value).toEqual(changed)
    expect((await notesIn(inner).get('note-1'))?.value).toEqual(changed)
  })

  it('rejects when the store failed and the expected version is still there', async () => {
    const { inner, version } = await held()
    await expect(notesIn({ ...inner, replace: broken }).replace(changed, version)).rejects.toThrow('broke')
  })

  it('is null when the store failed and another version is there', async () => {
    const { inner } = await held()
    expect(await notesIn({ ...inner, replace: broken }).replace(changed, 'an older one')).toBeNull()
  })

  it('rejects when the store failed and the record is gone', async () => {
    const { inner, version } = await held()
    await inner.remove('session', 'note-1')
    await expect(notesIn({ ...inner, replace: broken }).replace(changed, version)).rejects.toThrow('broke')
  })

  it('rejects when the reads after the failure fail, too, and reads no more then', async () => {
    const { inner, version } = await held()
    let reads = 0
    const get = () => {
      reads++
      return broken()
    }
    const impatient = repository<Note>(
      { ...inner, replace: broken, get },
      { now: () => 1000, randomBytes: (length) => new Uint8Array(length), patience: 1 },
      { kind: 'session', id: ({ id }) => id, expiresAt: () => null, belongs: () => true },
    )
    await expect(impatient.replace(changed, version)).rejects.toThrow('broke')
    const until = reads
    await pause(120)
    expect(reads).toBeLessThanOrEqual(until + 1)
  })
})

it('remove deletes, and does not mind when there is nothing', async () => {
  const notes = notesIn(memoryStorage())
  await notes.insert(note)
  await notes.remove('note-1')
  await notes.remove('note-1')
  expect(await notes.get('note-1')).toBeNull()
})

describe('list', () => {
  async function filled() {
    const notes = notesIn(memoryStorage())
    for (const id of ['c', 'a', 'd', 'b']) {
      const foreign = id === 'b' ? { issuer: 'https://elsewhere.example' } : {}
      await notes.insert({ ...note, id, ...foreign })
    }
    await notes.insert({ ...note, id: 'x', owner: 'user-2' })
    return notes
  }
  const idsOf = (values: readonly Note[]) => values.map(({ id }) => id)

  it('gives the values of one subject in ascending order, without those of other issuers', async () => {
    const { values, next } = await (await filled()).list('user-1', { limit: 10 })
    expect(idsOf(values)).toEqual(['a', 'c', 'd'])
    expect(next).toBeNull()
  })

  it('goes on after the cursor, which counts what was left out, until it is null', async () => {
    const notes = await filled()
    const first = await notes.list('user-1', { limit: 2 })
    expect([idsOf(first.values), first.next]).toEqual([['a'], 'b'])
    const second = await notes.list('user-1', { limit: 2, after: first.next ?? '' })
    expect([idsOf(second.values), second.next]).toEqual([['c', 'd'], 'd'])
    expect(await notes.list('user-1', { limit: 2, after: second.next ?? '' })).toEqual({ values: [], next: null })
  })
})
