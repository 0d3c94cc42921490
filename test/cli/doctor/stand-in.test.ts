/** What doctor leaves at a server of this library that lets clients register: nothing, and of the room for them it takes one place. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nodeListener } from '../../../adapters/node.js'
import { examine } from '../../../src/cli/doctor/examine.js'
import { leftBehind } from '../../../src/cli/doctor/left-behind.js'
import type { ServerEvent } from '../../../src/edge/events.js'
import { type RegistrationOptions, registration } from '../../../src/features/registration/index.js'
import { knownClients } from '../../../src/known-clients/index.js'
import { createAuthorizationServer } from '../../../src/server.js'
import { memoryStorage } from '../../../src/storage/memory.js'
import { passwordLogin } from '../../../src/users/password.js'
import { knownClient } from './world.js'

const closing: (() => unknown)[] = []
beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function setup(options: RegistrationOptions = { open: true }) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const events: ServerEvent[] = []
  const auth = createAuthorizationServer({
    issuer: origin,
    storage: memoryStorage(),
    users: passwordLogin({ verify: () => null }),
    resources: { [`${origin}/api`]: { scopes: { 'notes:read': 'Read your notes' } } },
    privateUseRedirectUris: ['cursor://anysphere.cursor-mcp/oauth/callback'],
    features: [registration(options)],
    onEvent: (event) => void events.push(event),
  })
  server.on('request', nodeListener(auth))
  closing.push(async () => {
    server.closeAllConnections()
    server.close()
    await auth.close()
  })
  const run = (clients = knownClients) =>
    examine({
      ...{ url: origin, clients, timeout: 10_000 },
      clock: { now: Date.now, elapsed: () => performance.now() },
    })
  const of = (type: string) => events.filter((event) => event.type === type)
  return { auth, run, of }
}

describe('after a run with every client', () => {
  it('there is no client, and one place was taken of those that real clients need', async () => {
    const { auth, run, of } = await setup()
    const report = await run()
    const registering = report.results.filter(({ by, client }) => by === 'registration' && client.registration)
    expect(registering.length).toBeGreaterThan(8)
    for (const { client, findings } of registering) {
      // There is room for all redirect URIs in one client.
      for (const name of ['client', 'redirect', 'cookies', 'token'])
        expect(findings[name], `${client.id} ${name}`).toMatchObject({ status: 'ok' })
    }
    expect(of('client_registered')).toHaveLength(1)
    expect(of('client_removed')).toHaveLength(1)
    expect((await auth.clients.list()).clients).toEqual([])
    expect(leftBehind(report)).toEqual([])
  })

  it('the same holds after one more, and what others have registered stays', async () => {
    const { auth, run, of } = await setup()
    const { client } = await auth.clients.create({ redirect_uris: ['http://localhost/callback'] })
    for (let i = 0; i < 2; i++) await run([knownClient('codex'), knownClient('mcp-remote')])
    expect(of('client_registered')).toHaveLength(2)
    expect((await auth.clients.list()).clients.map(({ client_id }) => client_id)).toEqual([client.client_id])
  })
})

it('where the policy refuses the client that stands in, the dry run is what is known', async () => {
  const policy: RegistrationOptions['policy'] = ({ client }) => client.client_name === 'Codex' || 'Codex alone.'
  const { auth, run } = await setup({ policy })
  const report = await run([knownClient('codex')])
  const [result] = report.results
  expect(result?.findings.client?.status).toBe('ok')
  expect(result?.findings.redirect).toMatchObject({
    status: 'not_reached',
    received: expect.stringMatching(/takes them all; .* because no client could be registered for it: .* 400/),
  })
  expect((await auth.clients.list()).clients).toEqual([])
})
