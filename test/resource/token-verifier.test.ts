import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import { authInfoOf, scopeChallenge, type TokenVerifierOptions, tokenVerifier } from '../../src/resource/index.js'
import { API, authenticated, harness, OTHER_API, obtainTokens } from '../support/harness.js'
import { type ObservedStorage, observedStorage } from '../support/observed-storage.js'
import { foreignIssuer, type Issuer, METADATA, START, show } from './issuer.js'

// As the classes of the SDK are made, whose middlewares are tried in test/system/mcp-servers.
class InvalidTokenError extends Error {
  static readonly errorCode = 'invalid_token'
  get errorCode() {
    return (this.constructor as typeof InvalidTokenError).errorCode
  }
}
class OAuthError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

let signer: Signer
let issuer: Issuer
beforeAll(async () => {
  signer = await importSigner(await generatePrivateJwk('ES256'))
})
beforeEach(() => {
  issuer = foreignIssuer([signer.publicJwk])
})

const thrown = (attempt: Promise<unknown>) =>
  attempt.then(
    () => {
      throw new Error('Access was given')
    },
    (error: unknown) => error,
  )

describe('a good token', () => {
  it('is told in the words of the SDK: scopes, seconds, and who it is', async () => {
    const token = await issuer.token(signer, { exp: START / 1000 + 600.9, role: 'editor' })
    const info = await tokenVerifier(issuer.api(), { InvalidTokenError }).verifyAccessToken(token)
    expect(info).toEqual({
      token,
      clientId: 'web',
      scopes: ['read', 'write'],
      expiresAt: START / 1000 + 600,
      resource: new URL(API),
      extra: {
        subject: 'alice',
        access: expect.objectContaining({ subject: 'alice', expiresAt: START + 600_900, claims: { role: 'editor' } }),
      },
    })
  })

  it('gives access that demand() takes', async () => {
    const api = issuer.api()
    const { extra } = await tokenVerifier(api, { OAuthError }).verifyAccessToken(await issuer.token(signer))
    expect(api.demand(extra.access, { scope: 'read' })).toBeNull()
    expect(api.demand(extra.access, { scope: 'admin' })?.status).toBe(403)
  })

  it('is checked by the server of this process, and refused once it is revoked', async () => {
    const h = harness()
    const verifier = tokenVerifier(h.server, { InvalidTokenError })
    const { access_token, refresh_token } = await obtainTokens(h)
    expect(await verifier.verifyAccessToken(access_token)).toMatchObject({
      clientId: 'web',
      extra: { subject: 'alice' },
    })
    await h.post('/oauth/revoke', ...authenticated({ token: refresh_token }, 'web'))
    expect(await thrown(verifier.verifyAccessToken(access_token))).toBeInstanceOf(InvalidTokenError)
    const elsewhere = await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
    expect(await thrown(verifier.verifyAccessToken(elsewhere.access_token))).toBeInstanceOf(InvalidTokenError)
  })

  it('of a resource that is no URL has none', async () => {
    const api = issuer.api({ resource: 'notes' })
    const info = await tokenVerifier(api, { OAuthError }).verifyAccessToken(
      await issuer.token(signer, { aud: 'notes' }),
    )
    expect('resource' in info).toBe(false)
  })
})

describe('a token that is not good', () => {
  const wrong = ['wrong', '', undefined, 'a b', 'x\r\ny', 'x'.repeat(20_000)]

  it('throws the InvalidTokenError of the SDK 1.x', async () => {
    const verifier = tokenVerifier(issuer.api(), { InvalidTokenError })
    for (const token of wrong) {
      const error = await thrown(verifier.verifyAccessToken(token))
      expect(error).toBeInstanceOf(InvalidTokenError)
      expect(error).toMatchObject({ message: expect.stringMatching(/^The access token is unknown/) })
    }
  })

  it('throws the OAuthError of the SDK 2.x, with the code', async () => {
    const verifier = tokenVerifier(issuer.api(), { OAuthError })
    for (const token of wrong) {
      const error = await thrown(verifier.verifyAccessToken(token))
      expect(error).toBeInstanceOf(OAuthError)
      expect(error).toMatchObject({ code: 'invalid_token' })
    }
  })

  it('throws the finished challenge, with what is demanded', async () => {
    const api = issuer.api({ metadata: true })
    const verifier = tokenVerifier(api, { Response, scope: 'admin' })
    const answers = [undefined, 'wrong', await issuer.token(signer)].map((token) => verifier.verifyAccessToken(token))
    const responses = (await Promise.all(answers.map(thrown))) as Response[]
    expect(responses.map(({ status }) => status)).toEqual([401, 401, 403])
    expect(responses.map(({ headers }) => headers.get('www-authenticate'))).toEqual([
      `Bearer scope="admin", resource_metadata="${api.metadataUrl}"`,
      expect.stringMatching(/^Bearer error="invalid_token", .*, scope="admin", resource_metadata=/),
      expect.stringMatching(/^Bearer error="insufficient_scope", .*, scope="read write admin", resource_metadata=/),
    ])
    expect(await responses[2]?.json()).toMatchObject({ error: 'insufficient_scope' })
  })
})

describe('while it cannot be known', () => {
  const away = async (options: TokenVerifierOptions) => {
    issuer.pages[METADATA] = 'garbage'
    return thrown(tokenVerifier(issuer.api(), options).verifyAccessToken(await issuer.token(signer)))
  }

  it('no token is called invalid', async () => {
    const first = await away({ InvalidTokenError })
    expect(first).toBeInstanceOf(Error)
    expect(first).not.toBeInstanceOf(InvalidTokenError)
    expect(await away({ OAuthError })).toMatchObject({ code: 'server_error' })
    const response = (await away({ Response })) as Response
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
  })

  it('nor in the process of a server whose storage is away', async () => {
    const storage: ObservedStorage = observedStorage()
    const h = harness({ storage })
    const { access_token } = await obtainTokens(h)
    const verifier = tokenVerifier(h.server, { OAuthError })
    storage.faults.push({ verb: 'get', kind: 'grant', when: 'before' })
    const error = await thrown(verifier.verifyAccessToken(access_token))
    expect(error).toMatchObject({ code: 'server_error', message: expect.not.stringContaining('canary') })
    expect((await verifier.verifyAccessToken(access_token)).clientId).toBe('web')
  })
})

describe('at construction is refused', () => {
  it.each([
    ['nothing', undefined],
    ['no class', {}],
    ['two classes', { InvalidTokenError, OAuthError }],
    ['an object', { InvalidTokenError: new InvalidTokenError('x') }],
    ['the OAuthError of 1.x, which does not take the code', { OAuthError: InvalidTokenError }],
    ['another class', { InvalidTokenError: Error }],
  ])('%s, with what to write', (_, options) => {
    expect(() => tokenVerifier(issuer.api(), options as never)).toThrow(
      /^tokenVerifier needs the class .* Write `tokenVerifier\(auth, \{ InvalidTokenError \}\)`.*`\{ OAuthError \}`.*`\{ Response \}`/,
    )
  })

  it('what the middleware of the SDK has to demand', () => {
    expect(() => tokenVerifier(issuer.api(), { OAuthError, scope: 'read' } as never)).toThrow(
      /`scope`.*|requiredScopes/,
    )
    expect(() => tokenVerifier(issuer.api(), { Response, scopes: 'read' } as never)).toThrow(
      'there is no option `scopes`',
    )
    expect(() => tokenVerifier(issuer.api(), { Response, scope: '' })).toThrow(/^tokenVerifier: scope is ""/)
  })

  it('what is no server, or has several resources', () => {
    expect(() => tokenVerifier({} as never, { Response })).toThrow(/^tokenVerifier takes a server/)
    const resources = { [API]: { scopes: {} }, [OTHER_API]: { scopes: {} } }
    expect(() => tokenVerifier(harness({ resources, clients: [] }).server, { Response })).toThrow(
      /^resource must be one of/,
    )
    expect(() => tokenVerifier(harness().server, { Response, scope: 'raed' })).toThrow(
      /^tokenVerifier: 'raed' is not a scope of/,
    )
  })
})

it('authInfoOf takes the header or the token, and leaves the access as it is', async () => {
  const token = await issuer.token(signer)
  const decision = await show(issuer.api(), token)
  if (!decision.ok) throw new Error('There was no access')
  const info = authInfoOf(decision.access, `bearer  ${token}`)
  expect(info).toEqual(authInfoOf(decision.access, token))
  expect(info.token).toBe(token)
  info.scopes.push('admin')
  expect(decision.access.scope).toEqual(['read', 'write'])
})

describe('scopeChallenge', () => {
  const needs = scopeChallenge('write admin')
  it.each([
    [['write', 'admin', 'read'], undefined],
    [['read', 'write'], { scopes: ['read', 'write', 'admin'] }],
    [['read', 'offline_access'], { scopes: ['read', 'write', 'admin'] }],
    [[], { scopes: ['write', 'admin'] }],
  ])('of a token with %j is %j', (scopes, told) => expect(needs({ authInfo: { scopes } })).toEqual(told))

  it('lets nobody through without a token, and is refused when it demands nothing', () => {
    expect(needs({})).toEqual({ scopes: ['write', 'admin'] })
    expect(() => scopeChallenge('')).toThrow(/^scopeChallenge: scope is ""/)
  })
})
