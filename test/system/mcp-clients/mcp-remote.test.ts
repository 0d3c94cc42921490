/**
 * mcp-remote as npm brings it, at the MCP starter, with a person at a browser: from nothing to a tool call and a step-up, then started again with what
 * it has kept, and with what the server has forgotten.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { authorizationParameters, knownClients, registrationRequest } from '../../../src/known-clients/index.js'
import { startChromium } from '../browser/chromium.js'
import { openBrowserAt, type Person } from '../starters/person.js'
import { createDesk, type Desk } from './desk.js'
import { type Notes, startNotes } from './notes.js'
import { Remote } from './remote.js'

let notes: Notes
let browser: Browser
let desk: Desk
let ada: Person
let remote: Remote | undefined

beforeAll(async () => {
  desk = createDesk()
  notes = await startNotes()
  browser = await startChromium()
  ada = await openBrowserAt(browser, 1280)
})
afterEach(async () => {
  await remote?.stop()
  expect(desk.unexpected()).toEqual([])
})
afterAll(async () => {
  await browser?.close()
  await notes?.close()
  desk?.leave()
})

/** As a program starts it. `folder` is where it keeps what it knows. */
function start(folder = 'kept', ...words: readonly string[]): Remote {
  const env = { MCP_REMOTE_CONFIG_DIR: join(desk.home, folder), NODE_EXTRA_CA_CERTS: notes.certificate }
  remote = new Remote([notes.url, ...words], { ...desk.env, ...env })
  return remote
}

/** What it keeps, by the end of the file's name. */
function kept(ending: string) {
  const folder = join(desk.home, 'kept/mcp-remote-v1')
  const path = join(folder, readdirSync(folder).find((name) => name.endsWith(ending)) ?? ending)
  return {
    path,
    read: () => JSON.parse(readFileSync(path, 'utf8')),
    write: (value: unknown) => writeFileSync(path, JSON.stringify(value)),
  }
}

const allow = async () => {
  await ada.press('Allow')
  await ada.sees('Authorization successful!')
}
const asked = () => notes.tap.to('/oauth/authorize').filter(({ query }) => query.client_id)
const registered = () => notes.tap.to('/oauth/register').map(({ body }) => body)
const tokenRequests = () => notes.tap.to('/oauth/token')

describe('mcp-remote', () => {
  it('registers itself, sends the person to the login and the consent page, and connects', async () => {
    const session = start()
    await ada.goTo(await desk.opens())
    await ada.logIn('ada', 'analytical-engine')
    await ada.reads('Allow MCP CLI Proxy to use your account?')
    await ada.sees('Read your notes')
    await ada.sees(/^You will be sent to localhost:\d+$/)
    expect(await ada.page.getByText('Add notes').count()).toBe(0)
    await allow()
    await session.initialize()
    expect(await session.tools()).toEqual(['list_notes', 'find_notes', 'add_note'])
    expect(await session.call('list_notes')).toBe('There are no notes.')
  })

  it('has sent just what is known of it', () => {
    const known = knownClients.find(({ id }) => id === 'mcp-remote')
    const [request] = asked()
    if (!known || !request) throw new Error('nothing was asked')
    const { client_id = '', code_challenge = '', state = '', redirect_uri = '' } = request.query
    const met = {
      server: { scopes_supported: ['offline_access'], token_endpoint_auth_methods_supported: ['none'] },
      resource: notes.url,
      resourceScopes: ['notes:read', 'notes:write'],
      challengeScope: 'notes:read',
      port: Number(new URL(redirect_uri).port),
    }
    expect(registered()).toEqual([registrationRequest(known, met)])
    expect(request.query).toEqual(authorizationParameters(known, met, { client_id, code_challenge, state }))
    const first = [...new Set(notes.tap.seen.map(({ path }) => path))].slice(0, 4)
    expect(first).toEqual([
      '/mcp',
      '/.well-known/oauth-protected-resource/mcp',
      '/.well-known/oauth-authorization-server',
      '/oauth/register',
    ])
  })

  it('connects without a browser when it is started again, and asks for more when a tool needs it', async () => {
    const session = start()
    await session.initialize()
    expect(await session.call('list_notes')).toBe('There are no notes.')
    expect(desk.unexpected()).toEqual([])

    const added = session.call('add_note', { text: 'Buy milk' })
    await ada.goTo(await desk.opens())
    // It says prompt=consent, and nobody who is logged in has to log in again.
    await ada.reads('Allow MCP CLI Proxy to use your account?')
    await ada.sees('Add notes')
    await allow()
    expect(await added).toBe('Added.')
    expect(asked().at(-1)?.query).toMatchObject({ scope: 'notes:read offline_access notes:write', prompt: 'consent' })
    expect(await session.call('list_notes')).toBe('Buy milk')
    expect(registered()).toHaveLength(1)
  })

  it('refreshes before it connects when the access token is over, naming the scope of the grant', async () => {
    const tokens = kept('tokens.json')
    tokens.write({ ...tokens.read(), expires_at: Date.now() - 1000 })
    const before = tokens.read()
    const session = start()
    await session.initialize()
    expect(await session.call('add_note', { text: 'Buy bread' })).toBe('Added.')
    const [refresh, ...others] = tokenRequests().filter(({ body }) => body.grant_type === 'refresh_token')
    expect(others).toEqual([])
    expect(refresh).toMatchObject({ status: 200 })
    expect(refresh?.body).toMatchObject({ resource: notes.url, scope: before.scope })
    expect(tokens.read().refresh_token).not.toBe(before.refresh_token)
    expect(desk.unexpected()).toEqual([])
  })

  it('registers anew when its client is gone at the server, and asks the person', async () => {
    const { client_id } = kept('client_info.json').read()
    notes.remove(client_id)
    const session = start()
    await ada.goTo(await desk.opens())
    await ada.reads('Allow MCP CLI Proxy to use your account?')
    await allow()
    await session.initialize()
    expect(await session.call('list_notes')).toBe('Buy milk\nBuy bread')
    expect(tokenRequests().at(-2)).toMatchObject({ status: 401, body: { grant_type: 'refresh_token', client_id } })
    expect(registered()).toHaveLength(2)
    expect(notes.clients().map((client) => client.client_id)).toEqual([kept('client_info.json').read().client_id])
  })

  it('registers anew, and sends nobody to an error page, when its client is gone and it has no tokens any more', async () => {
    notes.remove(kept('client_info.json').read().client_id)
    rmSync(kept('tokens.json').path)
    const first = start()
    // It asks before it sends the person. Then it takes its own former request for one that still waits: not so when it is started again.
    await expect.poll(() => first.told, { timeout: 20_000 }).toContain('already under way; not starting another')
    expect(notes.tap.to('/oauth/authorize').at(-1)).toMatchObject({
      status: 400,
      headers: { accept: 'application/json' },
    })
    expect(registered()).toHaveLength(3)
    await first.stop()
    expect(desk.unexpected()).toEqual([])

    const session = start()
    await ada.goTo(await desk.opens())
    await ada.reads('Allow MCP CLI Proxy to use your account?')
    await allow()
    await session.initialize()
    expect(await session.tools()).toContain('list_notes')
    expect(registered()).toHaveLength(3)
  })

  it('ends, and says why, when the person denies', async () => {
    const session = start('denied')
    await ada.goTo(await desk.opens())
    await ada.press('Deny')
    await ada.sees('Authorization failed: The user did not agree.')
    await expect(session.initialize()).rejects.toThrow('access_denied - The user did not agree.')
  })

  it('comes by a metadata document when it is given one', async () => {
    notes.describe({
      client_name: 'Notes for our team',
      redirect_uris: ['http://localhost/oauth/callback'],
      token_endpoint_auth_method: 'none',
    })
    const session = start('described', '--client-metadata-url', notes.documentUrl)
    await ada.goTo(await desk.opens())
    await ada.reads('Allow Notes for our team to use your account?')
    await ada.sees(/^This app describes itself at localhost/)
    await allow()
    await session.initialize()
    expect(await session.call('list_notes')).toBe('Buy milk\nBuy bread')
    expect(asked().at(-1)?.query.client_id).toBe(notes.documentUrl)
  })
})
