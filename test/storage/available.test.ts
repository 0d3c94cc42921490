import { describe, expect, it } from 'vitest'
import { Unavailable } from '../../src/edge/errors.js'
import { availableStorage } from '../../src/storage/available.js'
import type { Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'

const never = () => new Promise<never>(() => {})
const hung: Storage = { get: never, insert: never, replace: never, remove: never, list: never, purge: never }
const record = { id: 'id', version: 'v', subject: null, clientId: null, expiresAt: null, document: '{}' }

const verbs: [string, (storage: Storage) => Promise<unknown>][] = [
  ['get', (storage) => storage.get('grant', 'id')],
  ['insert', (storage) => storage.insert('grant', record, 0)],
  ['replace', (storage) => storage.replace('grant', record, 'v')],
  ['remove', (storage) => storage.remove('grant', 'id')],
  ['list', (storage) => storage.list('grant', { subject: 'alice' }, { limit: 1 })],
  ['purge', (storage) => storage.purge(0, 1)],
]

describe.each(verbs)('%s', (verb, call) => {
  it('that never settles fails in time, and says to the operator what did not answer', async () => {
    const error = await call(availableStorage(hung, 1)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Unavailable)
    expect((error as Unavailable).cause).toMatchObject({
      message: expect.stringMatching(new RegExp(`\`${verb}\` within 0\\.001 s \\(option storageTimeout\\)`)),
    })
  })

  it('that settles leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const { settlesByItself: _, ...slow } = memoryStorage()
    await call(availableStorage(slow, 600_000)).catch(() => {})
    expect(timers()).toBe(before)
  })

  it('of a driver that settles by itself sets none at all', async () => {
    const work = call(availableStorage({ ...hung, settlesByItself: true }, 1))
    const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const watched = call(availableStorage(hung, 1))
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length).toBe(timers + 1)
    await expect(watched).rejects.toThrow()
    expect(await Promise.race([work, Promise.resolve('still waiting')])).toBe('still waiting')
  })
})
