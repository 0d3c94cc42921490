/**
 * What features check of a client as a whole, what they tell the operator of one that is not believed, and what counts once.
 */
import { describe, expect, it } from 'vitest'
import { deploymentOf } from '../../src/points/deployments.js'
import type { Feature } from '../../src/points/feature.js'
import type { ClientField } from '../../src/protocol/client-vocabulary.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { harness, START, snapshot } from '../support/harness.js'
import { headerWay, textField, withFeatures } from './fixtures.js'

const machine = { grant_types: ['client_credentials'], scope: 'read' }
const described = (more: object) => ({ ...machine, ...more })

describe('a member of client metadata', () => {
  const floor: ClientField = {
    ...textField('lobby_floor'),
    check: (value, { fields, scope }) =>
      value === 'roof' && fields?.lobby_key === undefined && scope?.includes('read')
        ? 'is roof, and there is no lobby_key; set one'
        : null,
  }
  const lobby: Feature = { name: 'lobby', clientFields: [floor, textField('lobby_key')] }

  it('is checked beside the rest of the client, whenever that is made or changed', async () => {
    const h = withFeatures(lobby)
    const problem = new TypeError('Client metadata: lobby_floor is roof, and there is no lobby_key; set one.')
    await expect(h.server.clients.create(described({ lobby_floor: 'roof' }))).rejects.toThrow(problem)
    const { client } = await h.server.clients.create(described({ lobby_floor: 'roof', lobby_key: 'k' }))
    const before = await snapshot(h)
    const changed = h.server.clients.update(client.client_id, described({ lobby_floor: 'roof' }))
    await expect(changed).rejects.toThrow(problem)
    expect(await snapshot(h)).toBe(before)
  })

  it('is checked in the option clients, which the message names', () => {
    const clients = [{ ...described({ lobby_floor: 'roof' }), client_id: 'kiosk', client_secret: 's'.repeat(32) }]
    expect(() => harness({ features: [lobby], clients })).toThrow(
      "clients[0] ('kiosk'): Client metadata: lobby_floor is roof, and there is no lobby_key; set one.",
    )
  })

  it('may be the very same row in two features, and never only one of the same name', () => {
    const shared = textField('lobby_key')
    const [one, other] = ['one', 'other'].map((name): Feature => ({ name, clientFields: [shared] }))
    expect(() => withFeatures(one, other)).not.toThrow()
    expect(() => withFeatures(one, { name: 'third', clientFields: [textField('lobby_key')] })).toThrow(
      "features: 'one' and 'third' both bring the client metadata field 'lobby_key'.",
    )
  })
})

describe('a way of client authentication', () => {
  const gateway = headerWay('gateway', {
    checkClient: ({ fields }) => (fields?.door === undefined ? 'is gateway, which needs a door; set one' : null),
  })
  const feature: Feature = { name: 'lobby', clientAuthentication: [gateway], clientFields: [textField('door')] }

  it('says what a client lacks that is to be registered for it, and looks at no other', async () => {
    const { server } = withFeatures(feature)
    const method = { token_endpoint_auth_method: 'gateway' }
    await expect(server.clients.create(described(method))).rejects.toThrow(
      new TypeError('Client metadata: token_endpoint_auth_method is gateway, which needs a door; set one.'),
    )
    await server.clients.create(described({ ...method, door: 'left' }))
    await server.clients.create(machine)
  })

  it('tells the operator what would have been right, and the client the same as ever', async () => {
    const telling = {
      ...headerWay('gateway'),
      judge: () => ({ reason: 'lobby:closed' as const, hint: 'The lobby is closed; come by the door.' }),
    }
    const clients = [{ ...machine, client_id: 'kiosk', token_endpoint_auth_method: 'gateway' }]
    const h = harness({ features: [{ name: 'lobby', clientAuthentication: [telling] }], clients })
    const form = { grant_type: 'client_credentials' }
    const told = await h.post('/oauth/token', form, { 'x-gateway': 'kiosk genuine' })
    const unknown = await h.post('/oauth/token', form, { 'x-gateway': 'nobody genuine' })
    expect([told.status, await told.text()]).toEqual([401, await unknown.text()])
    expect(h.events[0]).toMatchObject({
      type: 'refused',
      error: 'invalid_client',
      reason: 'lobby:closed',
      hint: 'The lobby is closed; come by the door.',
      clientId: 'kiosk',
    })
  })
})

describe('what counts once', () => {
  const two = () => {
    const storage = memoryStorage()
    const [one, other] = [harness({ storage }), harness({ storage })]
    return { one, other, at: [one, other].map(({ server }) => deploymentOf(server)) }
  }

  it('is given to the first at any instance, however many come at the same time', async () => {
    const { at } = two()
    const asked = Array.from({ length: 20 }, (_, i) => at[i % 2]?.once('ticket', '4711', START + 60_000))
    expect((await Promise.all(asked)).filter((isFirst) => isFirst)).toHaveLength(1)
  })

  it('is apart for each purpose and each name', async () => {
    const [at] = two().at
    for (const [purpose, name] of [
      ['ticket', '1'],
      ['ticket', '2'],
      ['token', '1'],
    ] as const) {
      expect(await at?.once(purpose, name, START + 60_000)).toBe(true)
    }
  })

  it('is remembered until its time is over, also by clocks that are a little ahead', async () => {
    const { one, at } = two()
    expect(await at[0]?.once('ticket', '1', START + 60_000)).toBe(true)
    one.now = START + 60_000
    expect(await at[0]?.once('ticket', '1', START + 120_000)).toBe(false)
    one.now = START + 65_000
    expect(await at[0]?.once('ticket', '1', START + 120_000)).toBe(true)
  })

  it('is nobody’s while the store does not answer', async () => {
    const broken = {
      ...memoryStorage(),
      insert: () => Promise.reject(new Error('away')),
      get: () => Promise.reject(new Error('away')),
    }
    const at = deploymentOf(harness({ storage: broken, storageTimeout: 1 }).server)
    await expect(at.once('ticket', '1', START + 60_000)).rejects.toMatchObject({ name: 'Unavailable' })
  })
})
