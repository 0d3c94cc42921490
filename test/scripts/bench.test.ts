import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { complaints, median, ratio, spread } from '../../bench/figures.mjs'
import { parseReply } from '../../bench/load/connection.mjs'
import { tokenChecker } from '../../bench/load/tokens.mjs'
import { livesOf, shuffled } from '../../bench/population/records.mjs'
import { limitOf } from '../../bench/population/scale-tables.mjs'
import { verdictOf } from '../../bench/verdict.mjs'
import { jwks } from '../../bench/works/documents.mjs'

describe('the figures of the benchmark', () => {
  it('have a median of odd and of even numbers, whatever their order', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2.5, 7])
  })

  it('are spread from the least to the greatest, as a share of the median', () => {
    expect(spread([90, 100, 120])).toBeCloseTo(0.3)
  })

  it('are compared within each round, so that a slow round strikes both', () => {
    expect(ratio([20, 60, 20], [10, 30, 11])).toBe(2)
  })
})

describe('a run', () => {
  const window = { work: 'refresh-jwt', contestant: 'floor', round: 2, others: 0.02 }

  it('stands when the floor stays and the cores are its own', () => {
    const floors = [{ work: 'refresh-jwt', label: 'floor', costs: [100, 109] }]
    expect(complaints({ floors, windows: [window] })).toEqual([])
  })

  it('is worthless when the floor drifts', () => {
    const floors = [{ work: 'refresh-jwt', label: 'floor', costs: [100, 130, 105] }]
    expect(complaints({ floors, windows: [] })).toEqual([
      'refresh-jwt: the floor costs 30 % more in one round than in another.',
    ])
  })

  it('is worthless when others were on the cores, and says where most', () => {
    const windows = [window, { ...window, others: 0.11 }, { ...window, round: 3, others: 0.4 }]
    expect(complaints({ floors: [], windows })).toEqual([
      'Others were on the cores in 2 of 3 windows: 40 % of a core in round 3 of floor, refresh-jwt.',
    ])
  })

  it('stands where nobody knows who else was there', () => {
    expect(complaints({ floors: [], windows: [{ ...window, others: null }] })).toEqual([])
  })

  it('ends with 1 for a wrong answer, with 2 when it is worthless, else with 0', () => {
    const round = { cost: 10, rate: 1, p50: 1, p99: 1, busy: 1, load: 1, others: 0 }
    const exitCode = (cell: object) =>
      verdictOf([{ work: 'jwks', cells: [{ label: 'floor', rounds: [round], refused: null, ...cell }] }]).exitCode
    expect(exitCode({})).toBe(0)
    expect(exitCode({ rounds: [round, { ...round, cost: 12 }] })).toBe(2)
    expect(exitCode({ rounds: [{ ...round, others: 0.5 }], refused: 'Another token came.' })).toBe(1)
  })
})

describe('the load of the benchmark', () => {
  it('takes an answer with a length, one in chunks, and waits for the rest of either', () => {
    const read = (text: string) => parseReply(Buffer.from(text))?.body
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc')).toBe('abc')
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab')).toBe(undefined)
    expect(read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n')).toBe('abcde')
    expect(read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')).toBe(undefined)
    expect(read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n')).toBe(undefined)
  })

  const target = { issuer: 'http://localhost', origin: 'http://localhost', paths: {} }
  const right = { access_token: 'a'.repeat(43), token_type: 'Bearer', expires_in: 600, scope: 'notes:write notes:read' }
  const answer = (members: object, status = 200, more = 'cache-control: no-store\r\n') => ({
    status,
    head: `HTTP/1.1 ${status} OK\r\ncontent-type: application/json\r\n${more}`,
    body: JSON.stringify({ ...right, refresh_token: 'r'.repeat(43), ...members }),
  })

  it('takes a right answer of a token endpoint once', () => {
    const { check } = tokenChecker(target, { form: 'opaque', refresh: true })
    expect(check(answer({}))).toMatchObject({ token_type: 'Bearer' })
    expect(() => check(answer({}))).toThrow('access_token is a new one')
    expect(() => check(answer({ access_token: 'b'.repeat(43) }))).toThrow('refresh_token is a new one')
  })

  it.each([
    ['another status', answer({}, 201), 'the status is 200'],
    ['an answer that may be cached', answer({}, 200, ''), 'cache-control is no-store'],
    ['another token type', answer({ token_type: 'mac' }), 'token_type is Bearer'],
    ['less scope', answer({ scope: 'notes:read' }), 'scope is what was asked for'],
    ['another lifetime', answer({ expires_in: 3600 }), 'expires_in is the lifetime'],
    ['no refresh token', answer({ refresh_token: undefined }), 'refresh_token is a string'],
    [
      'a JWT that was to be opaque',
      answer({ access_token: `eyJhbGciOi.${'b'.repeat(20)}.c` }),
      'the access token is opaque',
    ],
  ])('refuses %s', (_, reply, why) => {
    const { check } = tokenChecker(target, { form: 'opaque', refresh: true })
    expect(() => check(reply)).toThrow(why)
  })

  const claims = {
    ...{ iss: target.issuer, sub: 'user-1', aud: 'https://api.example.com', client_id: 'bench-client' },
    scope: 'notes:read notes:write',
    ...{ iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 600, jti: 'a' },
  }
  const jwt = (typ: string | undefined, content: object) =>
    `${[{ alg: 'ES256', kid: 'k', typ }, content].map((part) => btoa(JSON.stringify(part)).replace(/=+$/, '')).join('.')}.${'s'.repeat(86)}`
  const id = { iss: target.issuer, sub: 'user-1', aud: 'bench-client', iat: claims.iat, exp: claims.exp }
  const withJwts = (access: object, idToken: object, typ = 'at+jwt', idTyp?: string) =>
    answer({ access_token: jwt(typ, { ...claims, ...access }), id_token: jwt(idTyp, { ...id, ...idToken }) })

  it('takes JWTs with the right claims, and no jti twice', () => {
    const { check } = tokenChecker(target, { form: 'jwt', refresh: true, idToken: true })
    expect(check(withJwts({}, {}), 'user-1')).toMatchObject({ token_type: 'Bearer' })
    const again = answer({ access_token: jwt('at+jwt', { ...claims, more: 1 }), refresh_token: 'q'.repeat(43) })
    const { check: checkAccess } = tokenChecker(target, { form: 'jwt', refresh: true })
    checkAccess(withJwts({}, {}), 'user-1')
    expect(() => checkAccess(again, 'user-1')).toThrow('jti is a new one')
  })

  it.each([
    ['an access token of another user', withJwts({ sub: 'user-2' }, {}), 'sub is user-1'],
    ['one without jti', withJwts({ jti: undefined }, {}), 'jti is a new one'],
    ['one without iat', withJwts({ iat: undefined }, {}), 'iat is there'],
    ['one that is not to be one', withJwts({}, {}, 'JWT'), 'typ is at+jwt'],
    ['an ID token of another user', withJwts({}, { sub: 'user-2' }), 'sub is user-1'],
    ['one for another client', withJwts({}, { aud: 'other' }), 'aud is bench-client'],
    ['one from the future', withJwts({}, { iat: claims.iat + 300 }), 'iat is there, and is not to come'],
    ['one with a nonce that nobody sent', withJwts({}, { nonce: 'n' }), 'there is no nonce'],
    ['one with the hash of another access token', withJwts({}, { at_hash: 'h' }), 'at_hash is of the access token'],
    ['one that could be an access token', withJwts({}, {}, 'at+jwt', 'at+jwt'), 'the typ of the ID token'],
  ])('refuses %s', (_, reply, why) => {
    const { check } = tokenChecker(target, { form: 'jwt', refresh: true, idToken: true })
    expect(() => check(reply, 'user-1')).toThrow(why)
  })

  it('refuses a refresh token that nobody asked for', () => {
    const { check } = tokenChecker(target, { form: 'opaque', refresh: false })
    expect(() => check(answer({}))).toThrow('there is no refresh_token')
  })

  const key = {
    ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
    ...{ kid: 'k', alg: 'ES256', use: 'sig' },
  }
  const keysOf = (...keys: object[]) => ({
    status: 200,
    head: 'HTTP/1.1 200 OK\r\ncontent-type: application/jwk-set+json\r\n',
    body: JSON.stringify({ keys }),
  })

  it.each([
    ['a private key', keysOf({ ...key, d: 'd' }), 'no key is private'],
    ['a secret one', keysOf(key, { kty: 'oct', k: 'k', kid: 'o' }), 'no key is private'],
    ['a private one of another kind', keysOf(key, { kty: 'AKP', priv: 'p', kid: 'o' }), 'no key is private'],
    ['two of the same kid', keysOf(key, key), 'each key has a kid of its own'],
    ['one that is no point of the curve', keysOf({ ...key, y: key.x }), 'there is a key for ES256'],
    ['one for another algorithm', keysOf({ ...key, alg: 'RS256' }), 'it is said to be one'],
    ['none', keysOf(), 'there is a key for ES256'],
  ])('refuses %s among the published keys', (_, reply, why) => {
    const lane = jwks.begin({ host: 'localhost', paths: { jwks: '/jwks' } }).lane()
    expect(lane.replied(keysOf(key))).toBe(true)
    expect(() => lane.replied(reply)).toThrow(why)
  })

  it('refuses an opaque token that was to be a JWT', () => {
    const { check } = tokenChecker(target, { form: 'jwt', refresh: true })
    expect(() => check(answer({}))).toThrow('the access token is a JWT signed with ES256')
  })
})

describe('the population of a store', () => {
  const record = {
    id: 'id-1',
    version: 'v',
    subject: 'ann',
    clientId: 'web',
    expiresAt: 9e15,
    document: '{"id":"id-1","subject":"ann"}',
  }

  it('has a twentieth of its grants in use, from 1,000 to 50,000', () => {
    expect([100, 1000, 100_000, 1_000_000, 10_000_000].map(livesOf)).toEqual([100, 1000, 5000, 50_000, 50_000])
  })

  it('has what is in use once each among copies, of which each is a grant of its own in its document, too', () => {
    const staged = [{ record }, { record: { ...record, id: 'id-2', document: record.document.replace('1', '2') } }]
    const all = [...shuffled(staged, 5, 3)]
    expect(all).toHaveLength(10)
    expect(new Set(all.map(({ id }) => id)).size).toBe(10)
    expect(staged.filter((one) => all.includes(one.record))).toHaveLength(2)
    expect(all.filter(({ expiresAt }) => expiresAt < Date.now())).toHaveLength(3)
    for (const { id, subject, document } of all) expect(JSON.parse(document)).toEqual({ id, subject })
  })

  it('is limited by whoever has no time left, first of all by the database', () => {
    expect([limitOf(0.95, 0.97, 0), limitOf(0.95, 0.3, 0), limitOf(0.4, 0.3, 0.4), limitOf(0.4, 0.3, 0)]).toEqual([
      'the database',
      'the servers',
      'others on the cores',
      'neither: they wait',
    ])
  })
})
