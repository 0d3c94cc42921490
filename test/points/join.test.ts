/**
 * How features become one server: what is wrong with one of them, and what two of them claim, is told when the server is made.
 */
import { describe, expect, it } from 'vitest'
import type { Feature } from '../../src/points/feature.js'
import { authorizationParameters } from '../../src/protocol/authorization-request.js'
import { clientFieldNames } from '../../src/protocol/parse-client-metadata.js'
import { version } from '../../src/runtime/version.js'
import { passwordLogin } from '../../src/users/password.js'
import { authorizeUrl, harness, ISSUER, pkce } from '../support/harness.js'
import {
  endpointAt,
  grantType,
  headerWay,
  metadataOf,
  metadataText,
  packed,
  textField,
  withFeatures,
} from './fixtures.js'

/** The message with which a server with these features is refused. */
function refusal(...features: readonly unknown[]): string {
  try {
    withFeatures(...features)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as TypeError).message
  }
  return expect.unreachable('the server was made')
}

describe('the option features', () => {
  it.each([undefined, []])('may be %j', (features) => {
    expect(() => harness({ features })).not.toThrow()
  })

  it.each([[null], ['kiosk'], [{ name: 'kiosk' }], [() => [{ name: 'kiosk' }]]])('is refused as %j', (features) => {
    const make = () => harness({ features: features as unknown as Feature[] })
    expect(make).toThrow(new TypeError('features must be a list. Write `features: [feature()]`.'))
  })

  it('takes a feature that does nothing', async () => {
    expect(await metadataText(withFeatures({ name: 'idle' }))).toBe(await metadataText(harness()))
  })

  it('takes members that are undefined as left out', () => {
    const feature: { [member in keyof Required<Feature>]: Feature[member] | undefined } = {
      name: 'idle',
      madeFor: undefined,
      grantTypes: undefined,
      clientAuthentication: undefined,
      responseModes: undefined,
      requestSources: undefined,
      keyProofs: undefined,
      terms: undefined,
      clientFields: undefined,
      recognizes: undefined,
      limits: undefined,
      resources: undefined,
      algorithms: undefined,
      metadata: undefined,
      clientSources: undefined,
      endpoints: undefined,
      signedOut: undefined,
      verifyClient: undefined,
      knownAs: undefined,
      keptSecrets: undefined,
      deliver: undefined,
    }
    expect(() => withFeatures(feature)).not.toThrow()
  })

  it('says that a function in it wants to be called', () => {
    const kiosk = () => ({ name: 'kiosk' })
    expect(refusal({ name: 'idle' }, kiosk)).toBe('features[1] is a function. Call it: `features: [feature()]`.')
  })

  it.each([[undefined], [null], ['kiosk'], [7], [[]], [{}], [{ name: '' }], [{ name: 7 }], [{ grantTypes: [] }]])(
    'refuses %j in it, which is no feature',
    (feature) => {
      expect(refusal(feature)).toBe('features[0] is not a feature: an object with a name.')
    },
  )

  it.each(['grantType', 'clientauthentication', 'order', Symbol('x')])(
    'refuses the unknown member %s of a feature',
    (member) => {
      const message = refusal({ name: 'idle' }, { name: 'kiosk', [member]: [] })
      expect(message).toContain(`features[1] ('kiosk'): there is no option \`${String(member)}\`.`)
      expect(message).toMatch(/The options are name, madeFor, grantTypes, .*, metadata, endpoints\.$/)
    },
  )

  it.each([
    [{ madeFor: 1 }, 'madeFor must be a string.'],
    [{ grantTypes: grantType() }, 'grantTypes must be a list.'],
    [{ clientAuthentication: headerWay('gateway') }, 'clientAuthentication must be a list.'],
    [{ responseModes: new Map() }, 'responseModes must be a list.'],
    [{ keyProofs: {} }, 'keyProofs must be a list.'],
    [{ terms: 'x' }, 'terms must be a list.'],
    [{ resources: {} }, 'resources must be a function.'],
    [{ clientFields: null }, 'clientFields must be a list.'],
    [{ metadata: [] }, 'metadata must be an object.'],
    [{ metadata: 'x' }, 'metadata must be an object.'],
    [{ metadata: null }, 'metadata must be an object.'],
    [{ endpoints: [] }, 'endpoints must be a function.'],
  ])('refuses a member of the wrong form: %o', (members, message) => {
    expect(refusal({ name: 'kiosk', ...members })).toBe(`features[0] ('kiosk'): ${message}`)
  })

  it.each([
    [{ grantTypes: [() => grantType()] }, 'grantTypes[0] must be an object with name (a string), answer (a function).'],
    [{ grantTypes: [undefined] }, 'grantTypes[0] must be an object with name (a string), answer (a function).'],
    [
      { grantTypes: [grantType(), { name: 'x' }] },
      'grantTypes[1] must be an object with name (a string), answer (a function).',
    ],
    [
      { clientAuthentication: [{ ...headerWay('gateway'), methods: 'gateway' }] },
      'clientAuthentication[0] must be an object with methods (a list), read (a function), judge (a function).',
    ],
    [
      { clientAuthentication: [{ ...headerWay('gateway'), judge: undefined }] },
      'clientAuthentication[0] must be an object with methods (a list), read (a function), judge (a function).',
    ],
    [
      { responseModes: ['packed'] },
      'responseModes[0] must be an object with name (a string), carrier (query, fragment or form_post).',
    ],
    [
      { keyProofs: [{ member: 'jkt' }] },
      'keyProofs[0] must be an object with member (jkt or x5t#S256), read (a function).',
    ],
    [{ terms: [{ name: 'x' }, {}] }, 'terms[1] must be an object with name (a string).'],
    [{ clientFields: [{ name: 'x' }] }, 'clientFields[0] must be an object with name (a string), parse (a function).'],
  ])('refuses a row of the wrong form: %o', (members, message) => {
    expect(refusal({ name: 'kiosk', ...members })).toBe(`features[0] ('kiosk'): ${message}`)
  })

  it('refuses two features of one name', () => {
    expect(refusal({ name: 'kiosk' }, { name: 'gateway' }, { name: 'kiosk' })).toBe(
      "features: 'kiosk' is given twice. Give it once.",
    )
  })

  it('refuses a feature that was made for another version, and says how to find both', () => {
    expect(refusal({ name: 'kiosk', madeFor: '9.9.9' })).toBe(
      `features: 'kiosk' belongs to version 9.9.9 of grantwright, and this is ${version}. Two versions are installed: \`npm ls grantwright\` shows where from.`,
    )
  })

  it('takes a feature that was made for this version', () => {
    expect(() => withFeatures({ name: 'kiosk', madeFor: version })).not.toThrow()
  })
})

/** Features that have one thing, by its name. */
const havers: readonly [kind: string, having: (name: string, thing: string) => Feature][] = [
  ['grant type', (name, thing) => ({ name, grantTypes: [grantType(thing)] })],
  ['client authentication method', (name, thing) => ({ name, clientAuthentication: [headerWay(thing)] })],
  ['response mode', (name, thing) => ({ name, responseModes: [packed(thing)] })],
  ['term', (name, thing) => ({ name, terms: [{ name: thing }] })],
  ['parameter', (name, thing) => ({ name, terms: [{ name: `what ${name} asks`, parameters: [thing] }] })],
  ['client metadata field', (name, thing) => ({ name, clientFields: [textField(thing)] })],
  ['path', (name, thing) => endpointAt(name, thing)],
  ['metadata member', (name, thing) => ({ name, metadata: { [thing]: 'x' } })],
]

describe.each(havers)('a %s', (kind, having) => {
  it('belongs to one feature: of two that bring it both are named, and what to do', () => {
    expect(refusal(having('kiosk', '/mine'), { name: 'idle' }, having('lobby', '/mine'))).toBe(
      `features: 'kiosk' and 'lobby' both bring the ${kind} '/mine'. Leave one of them out, or give one another name.`,
    )
  })

  it('may have a name that another kind of thing has', () => {
    const others = havers.filter(([other]) => other !== kind)
    const features = others.map(([other, haver]) => haver(`other ${other}`, '/mine'))
    expect(() => withFeatures(having('kiosk', '/mine'), ...features)).not.toThrow()
  })
})

it('a key proof belongs to one feature, too', () => {
  const having = (name: string) => ({ name, keyProofs: [{ member: 'jkt' as const, read: () => null }] })
  expect(refusal(having('kiosk'), having('lobby'))).toBe(
    "features: 'kiosk' and 'lobby' both bring the key proof 'jkt'. Leave one of them out, or give one another name.",
  )
})

it.each([
  ['grant type', { grantTypes: [grantType('x'), grantType('y'), grantType('x')] }],
  ['client authentication method', { clientAuthentication: [{ ...headerWay('x'), methods: ['x', 'y', 'x'] }] }],
  ['client authentication method', { clientAuthentication: [headerWay('x'), headerWay('x')] }],
  ['response mode', { responseModes: [packed('x'), packed('x', 'form_post')] }],
  ['client metadata field', { clientFields: [textField('x'), textField('x')] }],
  ['term', { terms: [{ name: 'x' }, { name: 'x' }] }],
  ['parameter', { terms: [{ name: 'y', parameters: ['x', 'x'] }] }],
  ['path', endpointAt('kiosk', 'x', 'x')],
])('a feature that brings a %s twice is told so', (kind, members) => {
  expect(refusal({ ...members, name: 'kiosk' })).toBe(`features: 'kiosk' has the ${kind} 'x' twice. Leave one out.`)
})

describe('what the server has', () => {
  const all = {
    'grant type': ['authorization_code', 'refresh_token', 'client_credentials'],
    'client authentication method': ['client_secret_basic', 'client_secret_post', 'none'],
    'response mode': ['query', 'form_post'],
    parameter: [
      ...authorizationParameters,
      ...['client_id', 'redirect_uri', 'state', 'code_challenge', 'request_uri', 'pending', 'switch'],
    ],
    'client metadata field': [
      ...clientFieldNames,
      ...['client_id', 'client_secret', 'secrets', 'createdAt', 'issuer', 'v', 'fields', 'grant_types', 'scope'],
    ],
    path: [
      ...['authorize', 'consent', 'apps', 'token', 'revoke', 'introspect', 'jwks'].map((name) => `/oauth/${name}`),
      '/.well-known/oauth-authorization-server',
    ],
    'metadata member': [
      ...['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri', 'revocation_endpoint'],
      ...['introspection_endpoint', 'authorization_response_iss_parameter_supported'],
    ],
  }

  const having = new Map(havers)
  const cases = Object.entries(all).flatMap(([kind, things]) => [...new Set(things)].map((thing) => [kind, thing]))

  it.each(cases)('no feature can bring: the %s %s', (kind = '', thing = '') => {
    expect(refusal({ name: 'idle' }, having.get(kind)?.('kiosk', thing))).toBe(
      `features: 'kiosk' brings the ${kind} '${thing}', which the server itself has. Leave it out, or give it another name.`,
    )
  })

  it('is more where it has a login page of its own, or a path in its issuer', () => {
    const users = passwordLogin({ verify: () => null })
    const at = (issuer: string, path: string) => () => harness({ issuer, users, features: [endpointAt('kiosk', path)] })
    const taken = (path: string) => `'kiosk' brings the path '${path}', which the server itself has.`
    for (const path of ['/oauth/login', '/oauth/logout']) expect(at(ISSUER, path)).toThrow(taken(path))
    const wellKnown = '/.well-known/oauth-authorization-server'
    for (const path of [`${wellKnown}/a`, `/a${wellKnown}`, '/a/oauth/token']) {
      expect(at(`${ISSUER}/a`, path)).toThrow(taken(path))
    }
    // There it is free.
    expect(at(`${ISSUER}/a`, wellKnown)).not.toThrow()
    expect(() => withFeatures(endpointAt('kiosk', '/oauth/login'))).not.toThrow()
  })
})

describe('members of the metadata', () => {
  it('that are lists are joined, each value once', async () => {
    const h = withFeatures(
      {
        name: 'a',
        metadata: {
          ui_locales_supported: ['de', 'en', 'de'],
          grant_types_supported: ['x', 'refresh_token'],
          x: ['a', 'a'],
        },
      },
      { ...endpointAt('b', '/b'), metadata: { ui_locales_supported: ['en', 'fr', 'fr'] } },
    )
    const document = await metadataOf(h)
    expect(document.ui_locales_supported).toEqual(['de', 'en', 'fr'])
    expect(document.x).toEqual(['a'])
    expect(document.grant_types_supported).toEqual(['authorization_code', 'refresh_token', 'client_credentials', 'x'])
  })

  it('may come from the endpoints of a feature, too', async () => {
    const [endpoint] = endpointAt('b', '/b').endpoints?.(null as never, null as never) ?? []
    const feature = (metadata: object): Feature => ({
      name: 'kiosk',
      metadata: { kiosk_modes_supported: ['a'] },
      endpoints: () => (endpoint ? [{ ...endpoint, metadata }] : []),
    })
    const h = withFeatures(feature({ kiosk_endpoint: 'https://x', kiosk_modes_supported: ['b'] }))
    expect(await metadataOf(h)).toMatchObject({ kiosk_endpoint: 'https://x' })
    expect((await metadataOf(h)).kiosk_modes_supported).toHaveLength(2)
    expect(refusal(feature({ jwks_uri: 'https://x' }))).toContain("'kiosk' brings the metadata member 'jwks_uri'")
    expect(refusal(feature({ kiosk_modes_supported: 'b' }))).toContain("'kiosk'")
  })

  it.each([
    ['a list after the single value of another', { x: 'a' }, { x: ['b'] }],
    ['a single value after the list of another', { x: ['a'] }, { x: 'b' }],
    ['a list after null', { x: null }, { x: ['b'] }],
    ['null after a list', { x: ['a'] }, { x: null }],
    ['the same single value twice', { x: true }, { x: true }],
  ])('must fit together, unlike %s', (_, one, other) => {
    const message = refusal({ name: 'kiosk', metadata: one }, { name: 'lobby', metadata: other })
    expect(message).toContain("'kiosk'")
    expect(message).toContain("'lobby'")
    expect(message).toContain("the metadata member 'x'")
    expect(message).toMatch(/Leave one of them out|Write a list/)
  })

  it.each(['grant_types_supported', 'scopes_supported', 'response_types_supported'])(
    'cannot make a single value of the list %s of the server',
    (name) => {
      expect(refusal({ name: 'kiosk', metadata: { [name]: 'x' } })).toBe(
        `features: 'kiosk' says no list for the metadata member '${name}', and 'grantwright' does. Write a list.`,
      )
    },
  )
})

describe('features stand in no order', () => {
  const own = (n: string): Feature => ({
    ...endpointAt(n, `/oauth/${n}`),
    grantTypes: [grantType(`urn:example:${n}`)],
    clientAuthentication: [
      headerWay(`way_${n}`),
      { ...headerWay(`scheme_${n}`), scheme: n, challenge: `${n} realm="${n}"` },
    ],
    responseModes: [packed(`mode_${n}`)],
    clientFields: [textField(`field_${n}`)],
    metadata: { [`${n}_documentation`]: `https://example.com/${n}`, ui_locales_supported: ['en', n] },
  })
  const [a, b, c] = ['a', 'b', 'c'].map(own) as [Feature, Feature, Feature]
  const orders = [
    [a, b, c],
    [a, c, b],
    [b, a, c],
    [b, c, a],
    [c, a, b],
    [c, b, a],
  ]

  /** What a server says of itself, in words that clients and operators see. */
  async function sayings(features: readonly Feature[]): Promise<readonly unknown[]> {
    const machine = { client_id: 'm', client_secret: 'm'.repeat(36), grant_types: ['urn:example:b'], scope: 'read' }
    const h = harness({
      features,
      clients: [
        { ...machine, field_a: 'x' } as typeof machine,
        { client_id: 'w', token_endpoint_auth_method: 'way_c', grant_types: ['urn:example:a'], scope: 'read' },
        {
          client_id: 'p',
          token_endpoint_auth_method: 'none',
          redirect_uris: ['https://p.example.com/cb'],
          scope: 'read',
        },
      ],
    })
    const tell = async (response: Response) => [response.status, [...response.headers], await response.text()]
    const withoutToken = async (response: Response) => {
      const { access_token: _, ...rest } = (await response.json()) as { access_token: string }
      return [response.status, rest]
    }
    const basic = { authorization: `Basic ${btoa(`m:${'m'.repeat(36)}`)}` }
    const wrong = await h.server.clients.create({ grant_types: ['nonsense'] }).catch((error: Error) => error.message)
    const unknown = await h.server.clients.create({ feild_a: 'x' } as object).catch((error: Error) => error.message)
    const browser = h.browser()
    const asked = { client_id: 'p', redirect_uri: 'https://p.example.com/cb' }
    return [
      await metadataText(h),
      wrong,
      unknown,
      await tell(await h.post('/oauth/token', { grant_type: 'nonsense' }, basic)),
      await tell(await h.post('/oauth/token', { grant_type: 'urn:example:a' }, basic)),
      await tell(await h.post('/oauth/token', { grant_type: 'urn:example:b' }, { authorization: 'Strange x' })),
      await tell(await h.post('/oauth/a', {}, basic)),
      await withoutToken(await h.post('/oauth/token', { grant_type: 'urn:example:b' }, basic)),
      await withoutToken(await h.post('/oauth/token', { grant_type: 'urn:example:a' }, { 'x-way_c': 'w genuine' })),
      (await browser.get(authorizeUrl(pkce().challenge, { ...asked, response_mode: 'nonsense' }))).headers.get(
        'location',
      ),
      (await browser.get(authorizeUrl('short', { ...asked, response_mode: 'mode_b' }))).headers.get('location'),
    ]
  }

  it.each(orders.slice(1).map((order) => [order.map(({ name }) => name).join(' '), order] as const))(
    '%s is the same server as a b c',
    async (_, order) => {
      expect(await sayings(order)).toEqual(await sayings([a, b, c]))
    },
  )

  it('also in what is wrong with them', () => {
    const twin = { ...a, name: 'twin' }
    const messages = [
      [a, b, twin],
      [twin, b, a],
      [b, twin, a],
    ].map((order) => refusal(...order))
    expect(new Set(messages).size).toBe(1)
  })

  it('and the list that was given stays as it was', () => {
    const given = [c, a, b]
    withFeatures(...given)
    expect(given).toEqual([c, a, b])
  })
})

it('a scheme that is not in small letters, which no header would fit, is refused', () => {
  const way = { methods: ['x'], scheme: 'Basic', read: () => null, judge: () => null }
  expect(() => harness({ features: [{ name: 'loud', clientAuthentication: [way] }] })).toThrow(
    "features[0] ('loud'): the scheme 'Basic' must be in small letters, as in 'basic'.",
  )
})
