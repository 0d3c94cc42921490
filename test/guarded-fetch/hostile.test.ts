/**
 * The way out of our own, against a name server and a server that mean harm.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Documents } from '../../src/guarded-fetch/contract.js'
import { type Hostile, openHostile, PUBLIC } from './hostile.js'

let hostile: Hostile
let documents: Documents
beforeEach(async () => {
  hostile = await openHostile()
  documents = hostile.documents()
})
afterEach(() => hostile.close())

const from = { address: '198.51.100.7' }
const get = (url = 'https://docs.example/client.json') => documents.get(url, from)

describe('a document', () => {
  it('comes from the address that was checked, over TLS for the name of its host', async () => {
    expect(await get('https://docs.example/a/client.json?x=1')).toEqual({
      ok: true,
      json: { hello: 'world' },
      freshFor: undefined,
    })
    expect(hostile.connections).toEqual([PUBLIC])
    const [request] = hostile.requests
    expect(request?.url).toBe('/a/client.json?x=1')
    expect(request?.headers).toEqual({
      accept: 'application/json',
      'accept-encoding': 'identity',
      connection: 'close',
      host: 'docs.example',
      'user-agent': 'grantwright',
    })
  })
})
