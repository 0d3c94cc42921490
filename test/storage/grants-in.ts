/**
 * The grants in a storage, as a server reads and writes them.
 *
 * @module
 */
import type { Grant } from '../../src/grant/state.js'
import { availableStorage } from '../../src/storage/available.js'
import type { Storage } from '../../src/storage/contract.js'
import { type Repository, repository } from '../../src/storage/repositories.js'

export function grantsIn(storage: Storage): Repository<Grant> {
  const sources = { now: () => 0, randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }
  return repository<Grant>(availableStorage(storage, 3000), sources, {
    kind: 'grant',
    id: ({ id }) => id,
    expiresAt: () => null,
    belongs: () => true,
  })
}

export async function storedGrant(storage: Storage, id: string): Promise<Grant> {
  const found = await grantsIn(storage).get(id)
  if (!found) throw new Error(`no grant ${id}`)
  return found.value
}
