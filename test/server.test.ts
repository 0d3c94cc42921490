import { describe, expect, it, vi } from 'vitest'
import {
  API,
  authenticated,
  authorizeUrl,
  harness,
  introspected,
  obtainCode,
  obtainTokens,
  pkce,
  redeemForm,
  refreshForm,
} from './support/harness.js'

describe('grants', () => {
  it('lists what a user has granted, newest tokens or not, and nobody else’s', async () => {
    const h = harness()
    await obtainTokens(h)
    h.login = { subject: 'bob' }
    await obtainTokens(h)
    const { grants, next } = await h.server.grants.list({ subject: 'alice' })
    expect(next).toBeNull()
    expect(grants).toEqual([
      {
        id: expect.stringMatching(/^[\w-]{22}$/),
        client_id: 'web',
        subject: 'alice',
        access: [{ resource: API, scope: ['read'] }],
        createdAt: h.now,
        touchedAt: h.now,
        endsAt: h.now + 180 * 86_400_000,
      },
    ])
  })

  it('lists neither codes that nobody redeemed, nor what has ended or expired', async () => {
    const h = harness()
    await obtainCode(h)
    const ended = await obtainTokens(h)
    await h.post('/oauth/revoke', ...authenticated({ token: ended.refresh_token }, 'web'))
    expect((await h.server.grants.list({ subject: 'alice' })).grants).toEqual([])
    await obtainTokens(h)
    h.now += 30 * 86_400_000
    expect((await h.server.grants.list({ subject: 'alice' })).grants).toEqual([])
  })

  it('lists page by page', async () => {
    const h = harness()
    for (let i = 0; i < 5; i++) await obtainTokens(h)
    const ids = new Set<string>()
    let after: string | undefined
    let pages = 0
    do {
      const page = await h.server.grants.list({ subject: 'alice', limit: 2, after })
      for (const { id } of page.grants) ids.add(id)
      after = page.next ?? undefined
      pages++
    } while (after !== undefined)
    expect([ids.size, pages]).toEqual([5, 3])
  })

  it('revoked on the user’s behalf end at once, and only those', async () => {
    const h = harness()
    const [one, two] = [await obtainTokens(h), await obtainTokens(h)]
    const id = one.refresh_token.slice(5, 27)
    expect(await h.server.grants.revoke(id)).toBe(true)
    expect(await h.server.grants.revoke(id)).toBe(false)
    expect(await h.server.grants.revoke('A'.repeat(22))).toBe(false)
    expect((await h.token(refreshForm(one.refresh_token))).body.error).toBe('invalid_grant')
    expect(await introspected(h, one.access_token)).toEqual({ active: false })
    expect((await h.token(refreshForm(two.refresh_token))).status).toBe(200)
    expect(h.events.filter(({ type }) => type === 'grant_revoked')).toMatchObject([{ reason: 'user_request' }])
  })

  it('revoked before the code is redeemed give no tokens', async () => {
    const h = harness()
    const good = redeemForm(await obtainCode(h))
    await h.server.grants.revoke(good.code.slice(5, 27))
    expect((await h.token(good)).body.error).toBe('invalid_grant')
  })

  it('of another issuer on the same store can be neither seen nor ended', async () => {
    const h = harness()
    const { refresh_token } = await obtainTokens(h)
    const other = harness({ storage: h.storage, issuer: 'https://other.example.com' })
    expect((await other.server.grants.list({ subject: 'alice' })).grants).toEqual([])
    expect(await other.server.grants.revoke(refresh_token.slice(5, 27))).toBe(false)
    expect((await h.token(refreshForm(refresh_token))).status).toBe(200)
  })
})

describe('the server', () => {
  it('shows no way to a client’s secrets', async () => {
    const { server } = harness()
    expect(server.clients).not.toHaveProperty('find')
    expect(await server.clients.get('web')).not.toHaveProperty('secrets')
  })

  it('closes when nothing goes on in the background', async () => {
    const h = harness()
    await obtainTokens(h)
    await expect(h.server.close()).resolves.toBeUndefined()
  })

  it('two on one store serve each other’s credentials', async () => {
    const h = harness()
    const other = harness({ storage: h.storage })
    const { body } = await other.token(redeemForm(await obtainCode(h)))
    expect((await h.token(refreshForm(body.refresh_token))).status).toBe(200)
    expect(await introspected(h, body.access_token)).toMatchObject({ active: true })
  })

  it('two that start at once on an empty store agree on their keys', async () => {
    const h = harness()
    const other = harness({ storage: h.storage })
    const form = { grant_type: 'client_credentials' }
    const answers = await Promise.all([h, other, h, other].map((one) => one.token(form, 'machine')))
    for (const { body } of answers) {
      for (const one of [h, other]) expect(await introspected(one, body.access_token)).toMatchObject({ active: true })
    }
  })
})

it('prints what failed, because the answer says nothing about it', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
  const h = harness()
  h.login = { subject: 42 as unknown as string }
  const response = await h.browser().get(authorizeUrl(pkce().challenge))
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('String(user.id)')
  await vi.waitFor(() => expect(printed).toHaveBeenCalled())
  expect(printed).toHaveBeenCalledWith(expect.stringMatching(/^grantwright: authorize failed .*String\(user\.id\)/))
  printed.mockRestore()
})
