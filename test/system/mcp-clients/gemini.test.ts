/**
 * Gemini CLI as npm brings it, at the MCP starter: from nothing to a tool call, on from there, and back after the server has forgotten it. What
 * it sends is held to what src/known-clients says of it. Only the model is a stand-in.
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  authorizationParameters,
  codeParameters,
  type Encounter,
  type KnownClient,
  knownClients,
  refreshParameters,
  registrationRequest,
} from '../../../src/known-clients/index.js'
import { startChromium } from '../browser/chromium.js'
import { openBrowserAt, type Person } from '../starters/person.js'
import { GeminiUser } from './gemini-cli.js'
import { type Model, startModel } from './gemini-model.js'
import { type RecordedStarter, startRecorded } from './recorded-starter.js'

const gemini = knownClients.find(({ id }) => id === 'gemini-cli') as KnownClient
let server: RecordedStarter
let model: Model
let browser: Browser
let ada: Person
let user: GeminiUser

beforeAll(async () => {
  server = await startRecorded()
  model = await startModel()
  browser = await startChromium()
  ada = await openBrowserAt(browser, 1280)
  user = await GeminiUser.arrive(`${server.origin}/mcp`, model.url)
})
afterAll(async () => {
  await user?.leave()
  await browser?.close()
  model?.stop()
  await server?.stop()
})

const lines = () => server.news().map(({ line }) => line)
const formOf = (body: string) => Object.fromEntries(new URLSearchParams(body))
/** From a token to the list of tools. */
const connects = ['POST /mcp 200', 'POST /mcp 202', 'GET /mcp 405', 'POST /mcp 200']
/** What it does when a token that it keeps is refused. */
const fails = [
  'POST /mcp 401',
  'GET /.well-known/oauth-protected-resource/mcp 200',
  'GET /.well-known/oauth-authorization-server 200',
  'POST /oauth/register 400',
]

describe('Gemini CLI at the MCP starter', () => {
  it('has no tool of a server that wants a token, and asks nobody for one by itself', async () => {
    expect(await user.call('list_notes')).toContain('not found')
    expect(lines()).toEqual(['POST /mcp 401'])
  })

  it('finds out where to go, registers, and is let in once its person has agreed', async () => {
    const session = await user.start()
    onTestFinished(session.end)
    await vi.waitFor(() => expect(lines()).toEqual(['POST /mcp 401']), 10_000)
    await session.type('/mcp auth notes')
    const request = new URL(await session.opens())
    const found = server.news()
    expect(found.map(({ line }) => line)).toEqual([
      'HEAD /mcp 401',
      'GET /.well-known/oauth-protected-resource/mcp 200',
      'GET /.well-known/oauth-authorization-server 200',
      'GET /.well-known/oauth-authorization-server 200',
      'POST /oauth/register 201',
    ])

    const asked = Object.fromEntries(request.searchParams)
    const met: Encounter = {
      server: JSON.parse(found[2]?.answer ?? ''),
      resource: JSON.parse(found[1]?.answer ?? '').resource,
      challengeScope: 'notes:read',
      port: Number(new URL(asked.redirect_uri ?? '').port),
    }
    const { client_id } = JSON.parse(found[4]?.answer ?? '')
    const { code_challenge = '', state = '' } = asked
    expect(JSON.parse(found[4]?.body ?? '')).toEqual(registrationRequest(gemini, met))
    expect(asked).toEqual(authorizationParameters(gemini, met, { client_id, code_challenge, state }))
    expect(asked.scope).toBe('notes:read notes:write offline_access')

    await ada.goTo(request.href)
    await ada.logIn('ada', 'analytical-engine')
    await ada.reads('Allow Gemini CLI MCP Client to use your account?')
    for (const scope of ['Read your notes', 'Add notes']) await ada.sees(scope)
    await ada.sees(`You will be sent to localhost:${met.port}`)
    expect(ada.problems).toEqual([])
    await ada.press('Allow')
    await ada.reads('Authentication Successful!')
    await session.says(/Successfully authenticated and reloaded tools for 'notes'/)
    const answer = new URL(ada.page.url()).searchParams
    expect(answer.get('iss')).toBe(server.origin)

    const [redeemed, ...calls] = server.news()
    const { code_verifier = '', ...form } = formOf(redeemed?.body ?? '')
    const code = answer.get('code') ?? ''
    expect(redeemed?.line).toBe('POST /oauth/token 200')
    expect(redeemed?.authorization).toBeUndefined()
    expect({ ...form, code_verifier }).toEqual(codeParameters(gemini, met, { client_id, code, code_verifier }))
    expect(calls.map(({ line }) => line)).toEqual(connects)

    await session.type('/mcp list')
    await session.says(/notes - Ready \(3 tools\).*mcp_notes_add_note.*mcp_notes_find_notes.*mcp_notes_list_notes/s)
  })

  it('calls tools with the token that it has kept, and asks nobody', async () => {
    expect(await user.call('add_note', { text: 'Buy milk' })).toContain('Added.')
    expect(await user.call('list_notes')).toContain('Buy milk')
    expect(lines()).toEqual([...connects, 'POST /mcp 200', ...connects, 'POST /mcp 200'])
  })

  it('refreshes as the client that it was, already five minutes before a token ends', async () => {
    const before = user.kept
    user.endsIn(4 * 60)
    expect(await user.call('list_notes')).toContain('Buy milk')
    const [refreshed, ...calls] = server.news()
    expect(refreshed?.line).toBe('POST /oauth/token 200')
    expect(refreshed?.authorization).toBeUndefined()
    const own = { client_id: before?.clientId ?? '', refresh_token: before?.token.refreshToken ?? '' }
    const met = { server: {}, resource: `${server.origin}/mcp` }
    expect(formOf(refreshed?.body ?? '')).toEqual(refreshParameters(gemini, met, own))
    expect(calls.map(({ line }) => line)).toEqual([...connects, 'POST /mcp 200'])
    expect(user.kept?.token.refreshToken).not.toBe(before?.token.refreshToken)
    expect(user.kept?.clientId).toBe(before?.clientId)
  })

  it('is told no when its person says no, and keeps what it had', async () => {
    const before = user.kept
    const session = await user.start()
    onTestFinished(session.end)
    await session.type('/mcp auth notes')
    await ada.goTo(await session.opens())
    await ada.press('Deny')
    await session.says(/Failed to authenticate with MCP server 'notes': OAuth error: access_denied/)
    expect(user.kept).toEqual(before)
  })

  it('does not refresh when its person has disconnected it, but registers without a redirect URI, and is out', async () => {
    const before = user.kept
    await ada.goTo(`${server.origin}/oauth/apps`)
    await ada.page.getByText('Disconnect app').click()
    await ada.press('Disconnect Gemini CLI MCP Client')
    await ada.sees('No app has access to your account.')
    server.news()
    expect(await user.call('list_notes')).toContain('not found')
    const tried = server.news()
    expect(tried.map(({ line }) => line)).toEqual(fails)
    expect(JSON.parse(tried.at(-1)?.body ?? '')).toMatchObject({ redirect_uris: [] })
    expect(user.kept).toEqual(before)
  })

  it('forgets its tokens when a refresh is refused', async () => {
    user.endsIn(0)
    expect(await user.call('list_notes')).toContain('not found')
    expect(lines()).toEqual(['POST /oauth/token 400', ...fails])
    expect(user.kept).toBeUndefined()
  })

  it('is back, as another client, when its person has agreed once more', async () => {
    const session = await user.start()
    onTestFinished(session.end)
    await session.type('/mcp auth notes')
    await ada.goTo(await session.opens())
    await ada.press('Allow')
    await session.says(/Successfully authenticated and reloaded tools for 'notes'/)
    const registered = server.exchanges.filter(({ line }) => line === 'POST /oauth/register 201')
    expect(user.kept?.clientId).toBe(JSON.parse(registered.at(-1)?.answer ?? '').client_id)
    expect(await user.call('list_notes')).toContain('Buy milk')
  })

  it('has asked nothing of anybody else', () => {
    expect(user.asked).toEqual([])
  })
})
