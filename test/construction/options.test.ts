/**
 * A mistake in the options is told at construction: which option, what is wrong, and what to write instead.
 */
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { describe, expect, it } from 'vitest'
import type { ServerOptions } from '../../src/construction/options.js'
import { createAuthorizationServer } from '../../src/server.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { API, clients, OTHER_API } from '../support/harness.js'

const SECRET = 'kJ8v1mZq4Xb7Tn2Rw9Lc5Yd0Gh3Fs6Pa'

const good: ServerOptions = {
  issuer: 'https://auth.example.com',
  storage: memoryStorage(),
  users: { current: async () => null, challenge: async () => ({ status: 303, headers: [], body: '' }) },
  secret: SECRET,
  resources: { [API]: { scopes: { read: 'Read' } } },
}

/** What construction says about options that TypeScript would often refuse, too. */
function complaint(changes: object): string {
  try {
    createAuthorizationServer({ ...good, ...changes } as ServerOptions)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as TypeError).message
  }
  throw new Error('The options were accepted')
}

it('the options of these tests are good', () => {
  expect(createAuthorizationServer(good).issuer).toBe('https://auth.example.com')
})

describe('the message names the option and the cure:', () => {
  const scopes = { read: 'Read' }
  const cases: [what: string, changes: object, message: RegExp][] = [
    ['an unknown option', { isuer: 'x' }, /there is no option `isuer`\. The options are issuer, storage, users,/],

    [
      'purge as a switch',
      { purge: true },
      /^purge says how often .*`purge: \{ every: 60 \}`, in seconds, or `purge: false`/,
    ],
    ['purge as a number', { purge: 60 }, /^purge says how often .* Write `purge: \{ every: 60 \}`/],
    [
      'a misspelt member of purge',
      { purge: { ever: 60 } },
      /^purge: there is no option `ever`\. The options are every\.$/,
    ],
    ...[0, 86_401, -1, Number.NaN, '60'].map((every): [string, object, RegExp] => [
      `purging every ${every}`,
      { purge: { every } },
      /^purge\.every must be a number of seconds between 1 and 86400\. The default is 60\. It was /,
    ]),

    [
      'a listed redirect URI instead of a list',
      { privateUseRedirectUris: 'cursor://cb' },
      /^privateUseRedirectUris must be a list\. Write whole URIs, `privateUseRedirectUris: \['cursor:/,
    ],
    [
      'a scheme of the browser as one of an app',
      { privateUseRedirectUris: ['cursor://cb', 'JavaScript:alert(1)'] },
      /^privateUseRedirectUris\[1\]: "JavaScript:alert\(1\)" has the scheme javascript, which is not an app's own\.$/,
    ],
    [
      'a resource with a host beyond ASCII',
      { resources: { 'https://bücher.example': { scopes } } },
      /^resources: 'https:\/\/bücher\.example' is not .*: write its host as xn--bcher-kva\.example\.$/,
    ],

    ['no issuer', { issuer: undefined }, /^issuer is not a URL\. Write .*`issuer: 'https:\/\/auth\.example\.com'`/],
    ['an issuer that is no URL', { issuer: 'not a URL' }, /^issuer is not a URL\. Write .* It was 'not a URL'\.$/],
    ['an issuer with a query', { issuer: 'https://a.example/?x' }, /^issuer has a query or a fragment\. Write/],
    ['an issuer with an empty query', { issuer: 'https://a.example/?' }, /^issuer has a query or a fragment\. Write/],
    ['an issuer with a fragment', { issuer: 'https://a.example/#x' }, /^issuer has a query or a fragment\. Write/],
    ['an issuer with a user name', { issuer: 'https://me@a.example' }, /^issuer contains a user name\. Write/],
    [
      'an http issuer',
      { issuer: 'http://a.example' },
      /^issuer must be https .*localhost, 127\.0\.0\.1 and \[::1\].* Write/,
    ],
    ['an http issuer that looks like loopback', { issuer: 'http://localhost.evil.example' }, /^issuer must be https/],
    ['another scheme', { issuer: 'ftp://a.example' }, /^issuer must be https/],
    [
      'an issuer in capitals',
      { issuer: 'https://A.example/X' },
      /^issuer .*canonical.*`issuer: 'https:\/\/a\.example\/X'`/,
    ],
    [
      'an issuer with its default port',
      { issuer: 'https://a.example:443' },
      /^issuer .*`issuer: 'https:\/\/a\.example'`/,
    ],
    [
      'an issuer with dot segments',
      { issuer: 'https://a.example/x/../y' },
      /^issuer .*`issuer: 'https:\/\/a\.example\/y'`/,
    ],

    [
      'no storage',
      { storage: undefined },
      /^storage lacks a verb .*Write .*`storage: sqliteStorage\(db\)`.*`memoryStorage\(\)`/,
    ],
    ['a storage that lacks a verb', { storage: { ...memoryStorage(), replace: undefined } }, /^storage lacks a verb/],
    ['no users', { users: undefined }, /^users is missing\. Write `users: passwordLogin/],
    ['users without current', { users: {} }, /^users has no `current`/],
    ['users without challenge', { users: { current: async () => null } }, /^users\b.*challenge/],
    ['users whose claims is no function', { users: { ...good.users, claims: {} } }, /^users\b.*claims/],

    ['no resources', { resources: undefined }, /^resources is empty\. Write .*resources: \{ 'https:\/\/api/],
    ['empty resources', { resources: {} }, /^resources is empty\. Write/],
    [
      'a resource that is no URI',
      { resources: { api: { scopes } } },
      /^resources: 'api' is not an absolute URI.*: write `resources: /,
    ],
    ['a resource with a fragment', { resources: { 'https://a.example/#x': { scopes } } }, /^resources: .*fragment/],
    [
      'an unknown option of a resource',
      { resources: { [API]: { scopes, lifetime: 1 } } },
      /^resources\['https:\/\/api\.example\.com'\]: there is no option `lifetime`\. The options are name, scopes,/,
    ],
    ['a scope with a space', { resources: { [API]: { scopes: { 'a b': 'x' } } } }, /scopes: 'a b' is not a scope name/],
    ['a scope with a quote', { resources: { [API]: { scopes: { 'a"': 'x' } } } }, /is not a scope name/],
    ['an empty scope', { resources: { [API]: { scopes: { '': 'x' } } } }, /is not a scope name/],
    [
      'a name of an API that is none',
      { resources: { [API]: { name: { en: '' }, scopes: { read: 'Read' } } } },
      /^resources\['[^']+'\]\.name must be the words that the consent page shows: `'Notes'`, or `\{ en: 'Notes', ja: '…' \}`\.$/,
    ],
    ['a scope without words', { resources: { [API]: { scopes: { read: '' } } } }, /scopes\['read'\] must be the words/],
    [
      'a scope without words in an object',
      { resources: { [API]: { scopes: { read: { optional: true } } } } },
      /scopes\['read'\] must be the words .*`\{ text: 'Read your notes', optional: true \}`/,
    ],
    [
      'words of a scope in no language',
      { resources: { [API]: { scopes: { read: { text: { 'not a tag': 'Read' } } } } } },
      /scopes\['read'\]\.text: 'not a tag' is not a language tag/,
    ],
    [
      'words of a scope that are empty in a language',
      { resources: { [API]: { scopes: { read: { en: 'Read', de: ' ' } } } } },
      /scopes\['read'\] must be the words/,
    ],
    [
      'a misspelt option of a scope',
      { resources: { [API]: { scopes: { read: { text: 'Read', option: true } } } } },
      /scopes\['read'\]: there is no option `option`\. The options are text, optional, onRequest\./,
    ],
    [
      'an optional that is no boolean',
      { resources: { [API]: { scopes: { read: { text: 'Read', optional: 'yes' } } } } },
      /scopes\['read'\]\.optional must be true or false/,
    ],
    [
      'an onRequest that is no boolean',
      { resources: { [API]: { scopes: { read: { text: 'Read', onRequest: 1 } } } } },
      /scopes\['read'\]\.onRequest must be true or false/,
    ],
    [
      'a default scope that is no list',
      { resources: { [API]: { scopes: { read: 'Read' }, defaultScope: 'read' } } },
      /\.defaultScope must be a list of its scopes\. Write `defaultScope: \['read'\]`/,
    ],
    [
      'a default scope that the resource does not have',
      { resources: { [API]: { scopes: { 'notes:read': 'Read' }, defaultScope: ['note:read'] } } },
      /\.defaultScope has 'note:read', which is none of its scopes\. Did you mean 'notes:read'\?/,
    ],
    [
      'a default scope that must be named',
      { resources: { [API]: { scopes: { read: { text: 'Read', onRequest: true } }, defaultScope: ['read'] } } },
      /\.defaultScope has 'read', which is marked onRequest\./,
    ],
    [
      'a scope with a number for words',
      { resources: { [API]: { scopes: { read: 1 } } } },
      /scopes\['read'\] must be the words/,
    ],
    [
      'an unknown format',
      { resources: { [API]: { scopes, accessToken: 'jwe' } } },
      /accessToken must be 'jwt' or 'opaque'/,
    ],
    [
      'a lifetime of a resource',
      { resources: { [API]: { scopes, accessTokenLifetime: 0 } } },
      /accessTokenLifetime must be a number of seconds between 1 and/,
    ],
    [
      'two defaults',
      { resources: { [API]: { scopes, default: true }, [OTHER_API]: { scopes, default: true } } },
      /^resources: more than one is marked `default: true`\. Mark one\./,
    ],
    ['a resource that is null', { resources: { [API]: null } }, /^resources\['https:\/\/api\.example\.com'\]/],
    [
      'scopes that are a string',
      { resources: { [API]: { scopes: 'read write' } } },
      /^resources\['https:\/\/api\.example\.com'\]\.scopes/,
    ],
    [
      'scopes that are a list',
      { resources: { [API]: { scopes: ['read'] } } },
      /^resources\['https:\/\/api\.example\.com'\]\.scopes/,
    ],
    [
      'a default that is a string',
      { resources: { [API]: { scopes, default: 'no' } } },
      /^resources\['https:\/\/api\.example\.com'\]\.default/,
    ],

    [
      'a base path without a slash',
      { basePath: 'oauth' },
      /^basePath must begin with a slash.* Write .*`basePath: '\/oauth'`/,
    ],
    ['a base path that ends with a slash', { basePath: '/oauth/' }, /^basePath/],
    ['an empty base path', { basePath: '' }, /^basePath/],
    ['a base path with a query', { basePath: '/oauth?x' }, /^basePath/],
    ['a base path with an escape', { basePath: '/o%61uth' }, /^basePath/],
    ['a base path with dot segments', { basePath: '/oauth/..' }, /^basePath/],
    ['a base path of one dot', { basePath: '/.' }, /^basePath/],

    [
      'trustProxy as a boolean',
      { trustProxy: true },
      /^trustProxy is the number of reverse proxies.* Write `trustProxy: 1`/,
    ],
    ['a negative trustProxy', { trustProxy: -1 }, /^trustProxy/],
    ['half a proxy', { trustProxy: 0.5 }, /^trustProxy/],

    [
      'limiter as a list',
      { limiter: [] },
      /^limiter must be an object of limiters, by what each limits\. Write `limiter: /,
    ],
    [
      'one limiter for everything',
      { limiter: new RateLimiterMemory({ points: 1, duration: 1 }) },
      /^limiter is one limiter, and must say what it limits\. Write `limiter: \{ pendingRequestsPerAddress: /,
    ],
    [
      'a limiter for what is not limited',
      { limiter: { pendingRequests: { consume: async () => {} } } },
      /^limiter: there is no option `pendingRequests`\. The options are pendingRequestsPerAddress, /,
    ],
    [
      'a limiter without consume',
      { limiter: { pendingRequestsPerAddress: { points: 600, duration: 600 } } },
      /^limiter\.pendingRequestsPerAddress has no function `consume`\. Write .* It was /,
    ],

    [
      'a client with an unknown resource',
      { clients: [{ ...clients.machine, resources: [OTHER_API] }] },
      /^clients\[0\] \('machine'\)\.resources: 'https:\/\/other.*They are 'https:\/\/api\.example\.com'/,
    ],
    [
      'a client that serves an unknown resource',
      { clients: [{ ...clients.api, serves: [OTHER_API] }] },
      /^clients\[0\] \('api'\)\.serves/,
    ],
    [
      'a client with an unknown scope',
      { clients: [{ ...clients.machine, scope: 'read fly' }] },
      /^clients\[0\] \('machine'\): Client metadata: scope has 'fly', which no resource knows; there are read\.$/,
    ],
    [
      'a client with an unknown default scope',
      { clients: [{ ...clients.machine, default_scope: 'fly' }] },
      /^clients\[0\] \('machine'\): Client metadata: default_scope has 'fly'/,
    ],
    [
      'a client with an unknown field',
      { clients: [{ ...clients.machine, redirect_uri: 'x' }] },
      /^clients\[0\](?: \('.+'\))?: .*redirect_uri/,
    ],
    [
      'a client with a short secret',
      { clients: [{ ...clients.machine, client_secret: 'short' }] },
      /^clients\[0\](?: \('.+'\))?: client_secret must be at least 32/,
    ],
    [
      'one client_id twice',
      { clients: [clients.machine, clients.machine] },
      /^clients\[1\](?: \('.+'\))?: client_id is used twice/,
    ],
    ['clients that are no list', { clients: clients.machine }, /^clients must be/],
    ['a client that is null', { clients: [null] }, /^clients\[0\]/],
    ['a client whose scope is a list', { clients: [{ ...clients.machine, scope: ['read'] }] }, /^clients\[0\].*scope/],
    [
      'a client whose resources is a string',
      { clients: [{ ...clients.machine, resources: API }] },
      /^clients\[0\].*resources/,
    ],

    ['no secret for stored keys', { secret: undefined }, /secret/],
    ['a short secret', { secret: 'too short' }, /secret.*32/s],
    ['a short secret behind a good one', { secret: [SECRET, 'too short'] }, /secret.*32/s],
    ['an empty list of secrets', { secret: [] }, /secret/],
    ['a secret that is a number', { secret: 7 }, /secret/],
    ['an unknown algorithm', { signingAlgorithm: 'HS256' }, /signingAlgorithm|alg/],
    ['an empty list of keys', { signingKeys: [] }, /signingKeys|keys/],
    ['keys that are no signers', { signingKeys: [{}] }, /signer|alg/],
    [
      'no secret although a resource has opaque tokens',
      { secret: undefined, signingKeys: [], resources: { [API]: { scopes, accessToken: 'opaque' } } },
      /secret/,
    ],

    [
      'an idle end behind the absolute one',
      { grantLifetime: 60 },
      /^refreshIdleLifetime is longer than grantLifetime\. Raise .* or lower/,
    ],

    ['claims for clients that are no function', { clientClaims: {} }, /^clientClaims must be a function/],
    ['a listener that is no function', { onEvent: console }, /^onEvent must be a function/],
    ['a clock that is no function', { now: 0 }, /^now must be a function/],
    ['randomness that is no function', { randomBytes: 16 }, /^randomBytes must be a function/],
    ['allowUnwrappedKeys as a string', { allowUnwrappedKeys: 'false', secret: undefined }, /^allowUnwrappedKeys/],
  ]

  it.each(cases)('%s', (_, changes, message) => {
    expect(complaint(changes)).toMatch(message)
  })

  const durations: [name: string, least: number, most: number | null][] = [
    ['codeLifetime', 1, 600],
    ['accessTokenLifetime', 1, null],
    ['refreshIdleLifetime', 1, null],
    ['grantLifetime', 1, null],
    ['retryWindow', 0, 600],
    ['pendingRequestLifetime', 1, 43_200],
    ['consentLifetime', 0, null],
    ['clientCacheLifetime', 0, null],
    ['keyRotationInterval', 3600, null],
    ['jwksMaxAge', 0, null],
  ]

  it.each(durations)('%s below %d, or no number', (name, least, most) => {
    for (const value of [least - 1, -1, Number.NaN, '60', Number.POSITIVE_INFINITY, null === most ? 1e12 : most + 1]) {
      expect(complaint({ [name]: value })).toMatch(
        new RegExp(`^${name} must be a number of seconds between ${least} and [0-9]+\\. The default is [0-9]+\\.`),
      )
    }
  })

  it.each(durations)('%s accepts its own limits', (name, least, most) => {
    // The idle end must lie before the absolute one.
    const lifetimes = { refreshIdleLifetime: 1 }
    expect(() => createAuthorizationServer({ ...good, ...lifetimes, [name]: least })).not.toThrow()
    if (most !== null) expect(() => createAuthorizationServer({ ...good, ...lifetimes, [name]: most })).not.toThrow()
  })

  it('options that are no object', () => {
    for (const options of [undefined, null, 'https://auth.example.com']) {
      expect(() => createAuthorizationServer(options as unknown as ServerOptions)).toThrow(/createAuthorizationServer/)
    }
  })
})

describe('are accepted:', () => {
  it.each([
    'https://auth.example.com',
    'https://auth.example.com/',
    'https://auth.example.com:8443/tenants/a',
    'http://localhost:3000',
    'http://127.0.0.1:3000',
    'http://[::1]:3000/x',
  ])('the issuer %s, byte for byte', (issuer) => {
    expect(createAuthorizationServer({ ...good, issuer }).issuer).toBe(issuer)
  })

  it('every option as undefined, which is the same as leaving it out', () => {
    const names =
      'clients allowUnwrappedKeys signingAlgorithm signingKeys basePath trustProxy limiter codeLifetime accessTokenLifetime refreshIdleLifetime grantLifetime retryWindow pendingRequestLifetime consentLifetime clientCacheLifetime keyRotationInterval jwksMaxAge purge clientClaims onEvent now randomBytes'
    const options = Object.fromEntries(names.split(' ').map((name) => [name, undefined]))
    expect(() => createAuthorizationServer({ ...good, ...options })).not.toThrow()
  })

  it.each<ServerOptions['purge']>([
    false,
    {},
    { every: undefined },
    { every: 1 },
    { every: 0.5 + 1 },
    { every: 86_400 },
  ])('purge: %j', (purge) => {
    expect(() => createAuthorizationServer({ ...good, purge })).not.toThrow()
  })

  it('an issuer without a secret when unwrapped keys are allowed by name, or on loopback', () => {
    const { secret: _, ...rest } = good
    expect(() => createAuthorizationServer({ ...rest, allowUnwrappedKeys: true })).not.toThrow()
    expect(() => createAuthorizationServer({ ...rest, issuer: 'http://localhost:3000' })).not.toThrow()
  })
})

it('no message repeats a secret', () => {
  const short = 'S3cr3tCanary'
  expect(complaint({ secret: short })).not.toContain(short)
  expect(complaint({ clients: [{ ...clients.machine, client_secret: short }] })).not.toContain(short)
})
