import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import { API, claimsAt, ISSUER, type Issuer, JWKS, METADATA, START, show, statusOf } from './issuer.js'

/** The modules as they are when the runtime says that it is Cloudflare Workers. */
let foreignIssuer: typeof import('./issuer.js').foreignIssuer
let signer: Signer
let issuer: Issuer
beforeAll(async () => {
  signer = await importSigner(await generatePrivateJwk('ES256'))
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
  vi.resetModules()
  foreignIssuer = (await import('./issuer.js')).foreignIssuer
  vi.unstubAllGlobals()
})
beforeEach(() => {
  issuer = foreignIssuer([signer.publicJwk])
})

/** The next request to this URL never settles, as when the request that wanted it is cancelled; those after it do. */
function cancelNext(url: string): void {
  const page = issuer.pages[url] ?? ''
  issuer.pages[url] = () => {
    issuer.pages[url] = page
    return new Promise(() => {})
  }
}

describe('on Cloudflare Workers, where a request that is cancelled leaves its fetches unsettled', () => {
  it.each([METADATA, JWKS])('a request does not wait for what another one fetches from %s', async (url) => {
    const api = issuer.api()
    const token = await issuer.token(signer)
    cancelNext(url)
    void show(api, token)
    await vi.waitFor(() => expect(issuer.asked.at(-1)?.url).toBe(url))
    expect(await statusOf(show(api, token))).toBe(200)
  })

  it('a request fetches what is due again itself, after a failure too', async () => {
    const api = issuer.api()
    const token = await issuer.token(signer, { exp: START / 1000 + 1_000_000 })
    const good = () => statusOf(show(api, token))
    await good()
    issuer.pages[JWKS] = () => new Response('', { status: 500 })
    issuer.now += 300_000
    expect(await good()).toBe(200)
    issuer.pages[JWKS] = { keys: [] }
    issuer.now += 5_000
    expect(await good()).toBe(401)
  })

  it('a request does not wait for what another one hears of the same token', async () => {
    const introspect = `${ISSUER}/introspect`
    const { exp } = claimsAt(issuer.now)
    issuer.pages[introspect] = {
      active: true,
      iss: ISSUER,
      aud: API,
      sub: 'alice',
      client_id: 'web',
      scope: 'read',
      exp,
    }
    const api = issuer.api({ introspection: { client_id: 'api', client_secret: 'secret' } })
    cancelNext(introspect)
    void show(api, 'opaque')
    await vi.waitFor(() => expect(issuer.asked.at(-1)?.url).toBe(introspect))
    expect(await statusOf(show(api, 'opaque'))).toBe(200)
  })
})
