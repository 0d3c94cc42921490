/**
 * What every token request must be like, whatever its grant type: the form, the method, and who sends it.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import {
  API,
  authenticated,
  basic,
  CALLBACK,
  clients,
  encodeForm,
  type Form,
  type Harness,
  harness,
  ISSUER,
  OTHER_API,
  obtainCode,
  obtainTokens,
  redeemForm,
  refreshForm,
  snapshot,
  type Tokens,
} from '../support/harness.js'

const FORM = 'application/x-www-form-urlencoded'

let h: Harness
let good: Record<string, string>
let before: string

beforeEach(async () => {
  h = harness()
  good = redeemForm(await obtainCode(h))
  before = await snapshot(h)
})

interface Sent {
  readonly body?: BodyInit
  readonly headers?: Record<string, string>
  readonly method?: string
  readonly query?: string
}

/** Posts a form as it is, by default with the credentials of `web`. */
async function send({ body = encodeForm(good), headers = {}, method = 'POST', query = '' }: Sent) {
  const request = new Request(`${ISSUER}/oauth/token${query}`, {
    method,
    headers: { 'content-type': FORM, ...basic('web', clients.web.client_secret), ...headers },
    ...(method === 'POST' && { body }),
  })
  const response = await h.server.fetch(request)
  const text = await response.text()
  const json = text.startsWith('{') ? (JSON.parse(text) as Tokens) : null
  return { status: response.status, headers: response.headers, text, json }
}

/** The request is refused as said, nothing is written, and the code is as good as before. */
async function expectRefusal(sent: Sent, status: number, error: string) {
  const answer = await send(sent)
  expect({ status: answer.status, error: answer.json?.error }).toEqual({ status, error })
  expect(Object.keys(answer.json ?? {})).toEqual(['error', 'error_description'])
  // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E.
  expect(answer.json?.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  expect(await snapshot(h)).toBe(before)
  expect((await h.token(good)).status).toBe(200)
  return answer
}

describe('the form', () => {
  it.each([
    ['application/json', JSON.stringify({ grant_type: 'authorization_code' })],
    ['text/plain', 'grant_type=authorization_code'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/x-www-form-urlencoded-not', 'grant_type=authorization_code'],
    ['application/x-www-form-urlencoded\u00a0', 'grant_type=authorization_code'],
    ['\u00a0application/x-www-form-urlencoded', 'grant_type=authorization_code'],
  ])('of content type %s is an invalid_request', async (type, body) => {
    await expectRefusal({ body, headers: { 'content-type': type } }, 400, 'invalid_request')
  })

  it('without a content type is an invalid_request', async () => {
    await expectRefusal(
      { body: new TextEncoder().encode(encodeForm(good)), headers: { 'content-type': '' } },
      400,
      'invalid_request',
    )
  })

  it.each([
    'Application/X-WWW-Form-Urlencoded; charset=UTF-8',
    'application/x-www-form-urlencoded;charset=utf-8',
    'application/x-www-form-urlencoded \t; charset=utf-8',
  ])('may tell its charset, in any case: %s', async (type) => {
    expect((await send({ headers: { 'content-type': type } })).status).toBe(200)
  })

  it('may name the same resource twice, but not two', async () => {
    const twice = { ...good, resource: [API, API] }
    await expectRefusal({ body: encodeForm({ ...good, resource: [API, OTHER_API] }) }, 400, 'invalid_target')
    h = harness()
    const issued = await send({
      body: encodeForm({ ...twice, ...redeemForm(await obtainCode(h, { resource: [API, API] })) }),
    })
    expect(issued.status).toBe(200)
  })

  it.each(['gzip', 'GZIP', 'identity, br', 'x', 'deflate,gzip'])(
    'in the coding %s is refused with 415, which says what is understood',
    async (coding) => {
      const answer = await expectRefusal({ headers: { 'content-encoding': coding } }, 415, 'invalid_request')
      expect(answer.headers.get('accept-encoding')).toBe('identity')
    },
  )

  it.each(['identity', 'Identity', ''])('in the coding "%s" is read', async (coding) => {
    expect((await send({ headers: { 'content-encoding': coding } })).status).toBe(200)
  })

  it('of more than 64 KB is refused with 413', async () => {
    await expectRefusal({ body: `${encodeForm(good)}&x=${'y'.repeat(65_536)}` }, 413, 'invalid_request')
  })

  it('of more than 64 KB is refused with 413 also when it comes without a length, and is not read for ever', async () => {
    let pieces = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pieces++
        controller.enqueue(new Uint8Array(16_384).fill(0x61))
        if (pieces === 2000) controller.close()
      },
    })
    const request = new Request(`${ISSUER}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': FORM, ...basic('web', clients.web.client_secret) },
      body,
      duplex: 'half',
    } as RequestInit)
    expect((await h.server.fetch(request)).status).toBe(413)
    expect(await snapshot(h)).toBe(before)
    await new Promise(setImmediate)
    expect(pieces).toBeLessThan(1000)
  })

  it('of exactly 64 KB is read', async () => {
    const start = `${encodeForm(good)}&`
    const filler = Array.from({ length: 9 }, (_, i) => `x${i}=${'y'.repeat(7_000)}`).join('&')
    const rest = 65_536 - start.length - filler.length - '&z='.length
    expect((await send({ body: `${start}${filler}&z=${'y'.repeat(rest)}` })).status).toBe(200)
  })

  it('with 100 parameters is read, with 101 it is an invalid_request', async () => {
    const filler = (n: number) => Array.from({ length: n }, (_, i) => `&x${i}=1`).join('')
    await expectRefusal({ body: encodeForm(good) + filler(97) }, 400, 'invalid_request')
    h = harness()
    good = redeemForm(await obtainCode(h))
    expect((await send({ body: encodeForm(good) + filler(96) })).status).toBe(200)
  })

  it.each([
    ['a value longer than an access token can be', `x=${'y'.repeat(12_289)}`],
    ['a control character', 'x=a%00b'],
    ['a line break', 'x=a%0d%0ab'],
    ['a broken escape', 'x=%zz'],
    ['an escape that is not UTF-8', 'x=%ff%fe'],
  ])('with %s in a parameter that nobody knows is an invalid_request', async (_, more) => {
    await expectRefusal({ body: `${encodeForm(good)}&${more}` }, 400, 'invalid_request')
  })

  it('that is not UTF-8 is an invalid_request', async () => {
    const body = new Uint8Array([...new TextEncoder().encode(`${encodeForm(good)}&x=`), 0xff, 0xfe])
    await expectRefusal({ body }, 400, 'invalid_request')
  })

  it.each(['grant_type', 'code', 'code_verifier', 'redirect_uri', 'client_id', 'scope', 'unknown'])(
    'with %s twice is an invalid_request, even when both say the same',
    async (name) => {
      const value = encodeURIComponent({ client_id: 'web', scope: 'read', unknown: '1', ...good }[name] ?? '')
      const rest = encodeForm(Object.fromEntries(Object.entries(good).filter(([key]) => key !== name)))
      await expectRefusal({ body: `${rest}&${name}=${value}&${name}=${value}` }, 400, 'invalid_request')
    },
  )

  it('with client_secret twice is an invalid_request', async () => {
    const { client_secret } = clients.posting
    const [form] = authenticated(good, 'posting')
    const response = await h.post('/oauth/token', `${encodeForm(form)}&client_secret=${client_secret}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
    expect(await snapshot(h)).toBe(before)
  })

  it('may have parameters that nobody knows', async () => {
    expect((await send({ body: `${encodeForm(good)}&future=1&__proto__=2&constructor=3` })).status).toBe(200)
  })

  it('counts a parameter without a value as absent', async () => {
    await expectRefusal({ body: encodeForm({ ...good, grant_type: '' }) }, 400, 'invalid_request')
    h = harness()
    good = redeemForm(await obtainCode(h))
    expect((await send({ body: `${encodeForm(good)}&scope=&resource=` })).status).toBe(200)
  })

  it('is never read from the query', async () => {
    await expectRefusal({ body: '', query: `?${encodeForm(good)}` }, 400, 'invalid_request')
  })

  it('is not completed or contradicted by the query', async () => {
    expect((await send({ query: '?grant_type=refresh_token&client_id=spa&code=x' })).status).toBe(200)
  })
})

describe('the method', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH'])('%s is answered with 405 and Allow: POST', async (method) => {
    const answer = await send({ method, query: `?${encodeForm(good)}` })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('POST')
    expect(answer.text).toBe('')
    expect(await snapshot(h)).toBe(before)
  })
})

describe('grant_type', () => {
  it('missing is an invalid_request', async () => {
    const { grant_type: _, ...rest } = good
    await expectRefusal({ body: encodeForm(rest) }, 400, 'invalid_request')
  })

  it.each([
    'password',
    'implicit',
    'AUTHORIZATION_CODE',
    'authorization_code ',
    'toString',
    '__proto__',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
  ])('%s is an unsupported_grant_type', async (grant_type) => {
    await expectRefusal({ body: encodeForm({ ...good, grant_type }) }, 400, 'unsupported_grant_type')
  })

  it('client_credentials of a client that is not registered for it is unauthorized_client', async () => {
    await expectRefusal({ body: 'grant_type=client_credentials' }, 400, 'unauthorized_client')
  })

  it.each(['authorization_code', 'refresh_token'])('%s of a machine is unauthorized_client', async (grant_type) => {
    const { status, body } = await h.token({ ...good, grant_type, refresh_token: 'x' }, 'machine')
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'unauthorized_client' })
    expect(await snapshot(h)).toBe(before)
  })

  it('refresh_token of a client that has lost it is unauthorized_client, and the grant stays', async () => {
    const metadata = { redirect_uris: [CALLBACK], default_scope: 'read' }
    const { client, clientSecret = '' } = await h.server.clients.create(metadata)
    const headers = basic(client.client_id, clientSecret)
    const obtained = redeemForm(await obtainCode(h, { client_id: client.client_id }))
    const tokens = (await (await h.post('/oauth/token', obtained, headers)).json()) as Tokens
    await h.server.clients.update(client.client_id, { ...metadata, grant_types: ['authorization_code'] })
    before = await snapshot(h)
    const refused = await h.post('/oauth/token', refreshForm(tokens.refresh_token), headers)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: 'unauthorized_client' })
    expect(await snapshot(h)).toBe(before)
    await h.server.clients.update(client.client_id, metadata)
    expect((await h.post('/oauth/token', refreshForm(tokens.refresh_token), headers)).status).toBe(200)
  })

  it('authorization_code without a code is an invalid_request', async () => {
    const { code: _, ...rest } = good
    await expectRefusal({ body: encodeForm(rest) }, 400, 'invalid_request')
  })

  it('refresh_token without a refresh token is an invalid_request', async () => {
    await expectRefusal({ body: 'grant_type=refresh_token' }, 400, 'invalid_request')
  })
})

describe('client authentication', () => {
  const web = clients.web
  const raw = (credentials: string) => ({
    authorization: `Basic ${Buffer.from(credentials, 'latin1').toString('base64')}`,
  })

  const byHeader: [string, Record<string, string>][] = [
    ['an unknown client', basic('nobody', web.client_secret)],
    ['a client named like a property of every object', basic('__proto__', web.client_secret)],
    ['a wrong secret', basic('web', 'wrong-secret-wrong-secret-wrong-secret')],
    ['an empty secret', basic('web', '')],
    ['the secret with a blank behind it', basic('web', `${web.client_secret} `)],
    ['a client that is registered for client_secret_post', basic('posting', clients.posting.client_secret)],
    ['nothing behind Basic', { authorization: 'Basic' }],
    ['something else than base64', { authorization: 'Basic ???' }],
    ['no colon', raw('web')],
    ['no client id', raw(`:${web.client_secret}`)],
    ['a broken escape', raw(`web%zz:${web.client_secret}`)],
    ['bytes that are not UTF-8', raw('web\xff:secret')],
  ]

  it.each(byHeader)('by header with %s is a 401 invalid_client with a Basic challenge', async (_, headers) => {
    const answer = await expectRefusal({ headers }, 401, 'invalid_client')
    // RFC 6749 §5.2: the challenge matches the scheme that the client used.
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
  })

  it.each([
    ['Bearer', `Bearer ${web.client_secret}`],
    ['Digest', 'Digest username="web"'],
  ])('by header with the scheme %s is a 400 invalid_request that names it', async (scheme, authorization) => {
    const answer = await expectRefusal({ headers: { authorization } }, 400, 'invalid_request')
    expect(answer.text).toContain(`has the scheme ${scheme},`)
    expect(answer.text).not.toContain(web.client_secret)
  })

  const byForm: [string, Form][] = [
    ['an unknown client', { client_id: 'nobody', client_secret: web.client_secret }],
    ['an unknown client and no secret', { client_id: 'nobody' }],
    ['a wrong secret', { client_id: 'posting', client_secret: web.client_secret }],
    ['the name of a confidential client alone', { client_id: 'web' }],
    ['the name of a client_secret_post client alone', { client_id: 'posting' }],
    ['an empty secret', { client_id: 'posting', client_secret: '' }],
    ['a secret for a public client', { client_id: 'spa', client_secret: 'some-secret-some-secret-some-secret-' }],
    [
      'a client assertion',
      {
        client_id: 'web',
        client_assertion: 'a.b.c',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      },
    ],
    ['nothing at all', {}],
  ]

  it.each(byForm)(
    'in the form with %s is a 401 invalid_client with a challenge that no browser answers',
    async (_, form) => {
      const response = await h.post('/oauth/token', `${encodeForm(good)}&${encodeForm(form)}`)
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ error: 'invalid_client' })
      expect(response.headers.get('www-authenticate')).toBe('Client realm="client"')
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(await snapshot(h)).toBe(before)
      expect((await h.token(good)).status).toBe(200)
    },
  )

  it('tells an unknown client and a wrong secret the same', async () => {
    const unknown = await send({ headers: basic('nobody', 'wrong') })
    const wrong = await send({ headers: basic('web', 'wrong') })
    const otherMethod = await send({ headers: basic('spa', 'wrong') })
    expect(wrong.text).toBe(unknown.text)
    expect(otherMethod.text).toBe(unknown.text)
    expect([...wrong.headers]).toEqual([...unknown.headers])
  })

  const several: [string, Sent][] = [
    ['header and client_secret', { body: 'client_secret=web-secret-web-secret-web-secret-web' }],
    ['header and client_assertion', { body: 'client_assertion=a.b.c' }],
    [
      'two Authorization headers',
      {
        headers: {
          authorization: `${basic('web', web.client_secret).authorization}, ${basic('web', web.client_secret).authorization}`,
        },
      },
    ],
    ['another client_id in the form than in the header', { body: 'client_id=spa' }],
  ]

  it.each(several)('in two ways at once (%s) is an invalid_request', async (_, sent) => {
    await expectRefusal({ ...sent, body: `${encodeForm(good)}&${sent.body ?? ''}` }, 400, 'invalid_request')
  })

  it('client_secret_post and an assertion at once is an invalid_request', async () => {
    const [form] = authenticated(good, 'posting')
    const response = await h.post('/oauth/token', `${encodeForm(form)}&client_assertion=a.b.c`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })

  it('by header may repeat the client_id in the form', async () => {
    expect((await send({ body: `${encodeForm(good)}&client_id=web` })).status).toBe(200)
  })

  it('takes the scheme in any case', async () => {
    const { authorization = '' } = basic('web', web.client_secret)
    expect((await send({ headers: { authorization: authorization.replace('Basic', 'bASIC') } })).status).toBe(200)
  })

  it('by header form-decodes id and secret, so that every printable character works', async () => {
    const client_id = 'a client:with 100%+'
    const client_secret = 'a:b%41+c d&e=f"g\\h/i?j#k~l!m,n;o@p'
    h = harness({
      clients: [{ client_id, client_secret, grant_types: ['client_credentials'], default_scope: 'read' }],
    })
    const form = { grant_type: 'client_credentials' }
    expect((await h.post('/oauth/token', form, basic(client_id, client_secret))).status).toBe(200)
    const undecoded = raw(`${client_id}:${client_secret}`)
    expect((await h.post('/oauth/token', form, undecoded)).status).toBe(401)
  })

  it('accepts the old secret beside the new one for as long as was said, and then no more', async () => {
    const metadata = { grant_types: ['client_credentials'] as const, default_scope: 'read' }
    const { client, clientSecret: old = '' } = await h.server.clients.create(metadata)
    const { clientSecret: fresh } = await h.server.clients.rotateSecret(client.client_id, { keepOldFor: 10 })
    const statusWith = async (secret: string) =>
      (await h.post('/oauth/token', 'grant_type=client_credentials', basic(client.client_id, secret))).status
    expect([await statusWith(old), await statusWith(fresh)]).toEqual([200, 200])
    h.now += 10_000
    expect([await statusWith(old), await statusWith(fresh)]).toEqual([401, 200])
  })

  it.each([
    ['web', 'client_secret_basic'],
    ['posting', 'client_secret_post'],
    ['spa', 'none'],
    ['native', 'none'],
  ] as const)('of %s works by %s', async (client, _) => {
    expect((await obtainTokens(h, client)).access_token).toBeTruthy()
  })
})

it('the event of a refusal says more than the wire', async () => {
  await send({ headers: basic('web', 'wrong') })
  await send({ headers: basic('nobody', 'wrong') })
  const reasons = h.events.flatMap((event) => (event.type === 'refused' ? [event.reason] : []))
  expect(reasons).toEqual(['client_secret_wrong', 'client_unknown'])
})
