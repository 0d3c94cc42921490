import { expect, it } from 'vitest'
import { createClientCache } from '../../src/clients/cache.js'
import type { Client } from '../../src/clients/client.js'
import { clientMetadataParser } from '../../src/protocol/parse-client-metadata.js'
import { vocabulary } from '../support/tables.js'

const parseClientMetadata = clientMetadataParser(vocabulary)

const settings = parseClientMetadata({ grant_types: [] })
const client = (client_id: string): Client => ({ ...settings, client_id, secrets: [], createdAt: 0 })

it('remembers at most 10,000 clients and forgets the oldest first', async () => {
  const cache = createClientCache(() => 0, 1000)
  for (let i = 0; i <= 10_000; i++) await cache.fill(async () => client(`c${i}`))
  expect(cache.get('c0')).toBeUndefined()
  expect(cache.get('c1')).toMatchObject({ client_id: 'c1' })
  expect(cache.get('c10000')).toMatchObject({ client_id: 'c10000' })
})

it('counts the lifetime from before the read, not from its end', async () => {
  let now = 0
  const cache = createClientCache(() => now, 1000)
  await cache.fill(async () => {
    now = 900
    return client('slow')
  })
  now = 1000
  expect(cache.get('slow')).toBeUndefined()
})
