/**
 * What people write instead of what is meant, in code of their own: told when the app starts, with what they gave and what to write.
 */
import { describe, expect, it } from 'vitest'
import * as forExpress from '../../adapters/express.js'
import * as forHono from '../../adapters/hono.js'
import * as forNext from '../../adapters/next.js'
import * as forNode from '../../adapters/node.js'
import type { ServerOptions } from '../../src/construction/options.js'
import { createResourceServer } from '../../src/resource/resource-server.js'
import { createAuthorizationServer } from '../../src/server.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { redisStorage } from '../../src/storage/redis.js'
import { checkSchema, migrate, sqlStorage } from '../../src/storage/sql.js'
import { sqliteStorage } from '../../src/storage/sqlite.js'
import { externalLogin } from '../../src/users/external.js'
import { passwordLogin } from '../../src/users/password.js'
import { API, clients, harness, OTHER_API } from '../support/harness.js'

type Anything = (...given: unknown[]) => unknown

const options = {
  issuer: 'https://auth.example.com',
  storage: memoryStorage(),
  users: externalLogin({ current: () => null, loginUrl: '/login' }),
  secret: 'kJ8v1mZq4Xb7Tn2Rw9Lc5Yd0Gh3Fs6Pa',
  resources: { [API]: { scopes: { read: 'Read' } } },
}

function complaint(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as TypeError).message
  }
  throw new Error('It was accepted')
}

const withOptions = (changes: object) =>
  complaint(() => createAuthorizationServer({ ...options, ...changes } as ServerOptions))

describe('the name of a database instead of the database', () => {
  it('of SQLite', () => {
    const open = sqliteStorage as Anything
    expect(complaint(() => open('auth.db'))).toBe(
      "sqliteStorage takes an open database. Write `sqliteStorage(new Database('auth.db'))`, with `Database` of better-sqlite3, or `DatabaseSync` of node:sqlite. It was 'auth.db'.",
    )
    for (const wrong of [undefined, null, {}, 7]) expect(complaint(() => open(wrong))).toMatch(/^sqliteStorage takes/)
  })

  it.each([
    ['Redis', redisStorage, /^redisStorage needs a client of ioredis /],
    ['Postgres or MySQL', sqlStorage, /^sqlStorage takes a Kysely instance\. Write `sqlStorage\(new Kysely\(/],
  ])('of %s, of which the password is not repeated', (_, storage, message) => {
    const open = storage as Anything
    const told = complaint(() => open('db://me:hunter2@db.example.com/auth'))
    expect(told).toMatch(message)
    expect(told).toMatch(/ It was 'db:\/\/…@db\.example\.com\/auth'\.$/)
    for (const wrong of [undefined, null, {}, 7]) expect(complaint(() => open(wrong))).toMatch(message)
  })

  it('for the functions about the tables', async () => {
    for (const about of [migrate, checkSchema]) {
      await expect((about as Anything)('postgres://')).rejects.toThrow(/^sqlStorage takes a Kysely instance/)
    }
  })

  it('of the memory, which has none', () => {
    expect(complaint(() => (memoryStorage as Anything)('auth'))).toMatch(
      /^memoryStorage takes options.*It was 'auth'\.$/,
    )
    expect(complaint(() => (memoryStorage as Anything)({ max: 7 }))).toMatch(/no option `max`/)
  })

  it('as the option storage', () => {
    expect(withOptions({ storage: 'auth.db' })).toMatch(/^storage lacks a verb .* It was 'auth\.db'\.$/)
  })
})

describe.each([
  ['Express', forExpress, forExpress.authorizationServer],
  ['Hono', forHono, forHono.authorizationServer],
  ['Next', forNext, forNext.routeHandlers],
  ['node:http', forNode, forNode.nodeListener],
])('%s', (_, adapter, mounting) => {
  const mount = mounting as Anything
  const guard = adapter.requireAccessToken as Anything
  const metadata = adapter.resourceMetadata as Anything
  const name = mounting.name

  it('is given the options of a server', () => {
    expect(complaint(() => mount(options))).toBe(
      `${name} takes a server, and these are options of one. Write \`const auth = createAuthorizationServer({ … })\` and \`${name}(auth)\`.`,
    )
    expect(complaint(() => guard(options, {}, () => {}))).toMatch(/^requireAccessToken takes a server, and these are/)
  })

  it('is given no server', () => {
    const promise = Promise.resolve(1)
    for (const [wrong, told] of [
      [undefined, ''],
      [null, ' It was null.'],
      [promise, ' It was a promise.'],
      [{}, ' It was an object.'],
      ['https://auth.example.com', " It was 'https://auth.example.com'."],
    ] as const) {
      const cure = (where: string) =>
        `${where} takes a server. Write \`${where}(auth)\` with \`const auth = createAuthorizationServer({ … })\`.${told}`
      expect(complaint(() => mount(wrong))).toBe(cure(name))
      expect(complaint(() => guard(wrong, {}, () => {}))).toBe(cure('requireAccessToken'))
      expect(complaint(() => metadata(wrong))).toMatch(/^resourceMetadata takes a resource server\. Write /)
    }
  })

  it('is given a server where a resource server is meant', () => {
    expect(complaint(() => metadata(harness().server))).toMatch(/^resourceMetadata takes a resource server\. Write /)
  })

  it('takes both, as ever', () => {
    const { server } = harness()
    expect(() => mount(server)).not.toThrow()
    for (const good of [server, createResourceServer({ server })]) expect(() => guard(good, {}, () => {})).not.toThrow()
    expect(() => metadata(createResourceServer({ server }))).not.toThrow()
  })
})

it('Next is given no handler', () => {
  const guard = forNext.requireAccessToken as Anything
  expect(complaint(() => guard(harness().server, {}))).toMatch(/^requireAccessToken takes a handler\. Write /)
})

it('createResourceServer is given a server, options of one, or nothing', () => {
  const create = createResourceServer as Anything
  const { server } = harness()
  expect(complaint(() => create(server))).toMatch(
    /^createResourceServer takes options\. Write `createResourceServer\(\{ server: auth \}\)`/,
  )
  expect(complaint(() => create(undefined))).toMatch(/^createResourceServer takes options/)
  expect(complaint(() => create({ server: options }))).toMatch(
    /these are options of one.*`createResourceServer\(\{ server: auth \}\)`\.$/,
  )
  expect(complaint(() => create({ server, metadata: { resourceName: 'Notes' } }))).toBe(
    'metadata: there is no option `resourceName`. The options are scopes_supported, resource_name, resource_documentation.',
  )
  const remote = { issuer: 'https://auth.example.com', resource: API }
  expect(complaint(() => create({ ...remote, introspection: { clientId: 'api', clientSecret: 'hunter2' } }))).toBe(
    'introspection: there is no option `clientId`. The options are client_id, client_secret, cacheFor, always.',
  )
  expect(complaint(() => create({ ...remote, introspection: 'api' }))).toMatch(/^introspection must be an object/)
  expect(complaint(() => create({ ...remote, issuer: new URL(remote.issuer) }))).toMatch(
    /^issuer must be an https URL without query, a string .* It was the object URL\('https:\/\/auth\.example\.com\/'\)\.$/,
  )
  expect(complaint(() => create({ ...remote, issuer: 'localhost:3000' }))).toBe(
    "issuer has no scheme. Write `issuer: 'http://localhost:3000'`. It was 'localhost:3000'.",
  )
})

describe('users', () => {
  it('is a function of the app instead of what externalLogin makes', () => {
    const wrong: [unknown, string][] = [
      [() => 'x', "'x'"],
      [async () => ({ subject: 'x' }), 'a promise'],
      [() => null, 'null'],
    ]
    for (const [users, told] of wrong) {
      expect(withOptions({ users })).toBe(
        `users has no \`current\`, which says who is logged in. Write \`users: passwordLogin({ … })\` or \`users: externalLogin({ current: … , loginUrl: '/login' })\`. It was ${told}.`,
      )
    }
    expect(withOptions({ users: () => undefined })).toMatch(/^users is missing/)
  })

  it('is made without options, or with a function in their place', () => {
    for (const wrong of [undefined, () => 'x', '/login']) {
      expect(complaint(() => (externalLogin as Anything)(wrong))).toMatch(/^externalLogin takes options\. Write /)
      expect(complaint(() => (passwordLogin as Anything)(wrong))).toMatch(/^passwordLogin takes options\. Write /)
    }
    expect(
      complaint(() => (externalLogin as Anything)({ current: () => null, loginUrl: 'localhost:3000/login' })),
    ).toMatch(/ It was 'localhost:3000\/login'\.$/)
  })
})

describe('the issuer', () => {
  it.each([
    ['https://auth.example.com', 'https://auth.example.com'],
    ['https://auth.example.com/tenant/', 'https://auth.example.com/tenant/'],
    ['http://localhost:3000', 'http://localhost:3000'],
  ])('is an object of URL: %s', (url, meant) => {
    expect(withOptions({ issuer: new URL(url) })).toBe(
      `issuer is an object of URL, and must be a string. Write \`issuer: '${meant}'\`.`,
    )
  })

  it.each([
    ['localhost:3000', 'http://localhost:3000'],
    ['127.0.0.1:3000/a', 'http://127.0.0.1:3000/a'],
    ['[::1]:3000', 'http://[::1]:3000'],
    ['auth.example.com', 'https://auth.example.com'],
    ['auth:8080', 'https://auth:8080'],
  ])('has no scheme: %s', (issuer, meant) => {
    expect(withOptions({ issuer })).toBe(`issuer has no scheme. Write \`issuer: '${meant}'\`. It was '${issuer}'.`)
  })

  it('has a password in it, which is not repeated', () => {
    const told = withOptions({ issuer: 'https://me:hunter2@auth.example.com' })
    expect(told).toMatch(/^issuer contains a user name\..* It was 'https:\/\/…@auth\.example\.com'\.$/)
  })
})

it('a resource has no scheme', () => {
  expect(withOptions({ resources: { 'localhost:3000/api': {} } })).toBe(
    "resources: 'localhost:3000/api' has no scheme. Write `'http://localhost:3000/api': { … }`.",
  )
})

describe('a client', () => {
  const list = (...more: object[]) => withOptions({ clients: [{ ...clients.web, scope: 'read' }, ...more] })

  it.each([
    [{ clientId: 'app' }, 'clients[1]: clientId is not known; did you mean client_id?'],
    [
      { client_id: 'app', clientSecret: 'hunter2' },
      "clients[1] ('app'): clientSecret is not known; did you mean client_secret?",
    ],
    [
      { client_id: 'app', redirectUris: [] },
      "clients[1] ('app'): Client metadata: redirectUris is not known; did you mean redirect_uris?",
    ],
    [
      { client_id: 'app', tokenEndpointAuthMethod: 'none' },
      "clients[1] ('app'): Client metadata: tokenEndpointAuthMethod is not known; did you mean token_endpoint_auth_method?",
    ],
  ])('%o is written in camel case', (client, message) => {
    expect(list(client)).toBe(message)
  })

  it('is named by its id, and by its place only where it has none', () => {
    const secret = 'short'
    expect(list({ client_id: 'app', client_secret: secret, redirect_uris: [] })).toMatch(/^clients\[1\] \('app'\): /)
    expect(list({ client_id: 'app', redirect_uris: ['https://app.example.com/'], client_secret: secret })).toMatch(
      /^clients\[1\] \('app'\): client_secret must be at least 32/,
    )
    expect(list({ ...clients.machine, resources: [OTHER_API] })).toMatch(/^clients\[1\] \('machine'\)\.resources: /)
    expect(list(clients.api, { ...clients.web, scope: 'read' })).toMatch(
      /^clients\[2\] \('web'\): client_id is used twice/,
    )
    expect(list(null as never)).toBe('clients[1] must be an object with a client_id. It was null.')
    expect(list({})).toBe('clients[1]: client_id must be 1 to 255 characters of printable ASCII.')
  })

  it('has values of another type, which are repeated; a secret never is', () => {
    const app = { client_id: 'app', token_endpoint_auth_method: 'none' }
    expect(list({ ...app, redirect_uris: [new URL('https://app.example.com/cb')] })).toBe(
      "clients[1] ('app'): Client metadata: redirect_uris[0] must be a string; it was the object URL('https://app.example.com/cb').",
    )
    expect(list({ ...app, redirect_uris: 'https://app.example.com/cb' })).toMatch(
      /redirect_uris must be an array of strings; it was 'https:\/\/app\.example\.com\/cb'\.$/,
    )
    expect(list({ ...app, redirect_uris: ['localhost:5173/cb'] })).toMatch(
      /"localhost:5173\/cb" has no scheme; write http:\/\/localhost:5173\/cb\.$/,
    )
    for (const client_secret of ['hunter2', 7, ['hunter2']]) {
      expect(list({ ...clients.machine, client_secret })).not.toMatch(/hunter2| 7/)
    }
  })
})

it('a long value is shortened, and one with odd characters is written so that they can be seen', () => {
  expect(withOptions({ basePath: 'x'.repeat(500) })).toMatch(/ It was 'x{59}…'\.$/)
  expect(withOptions({ basePath: '/oauth\u0000\n' })).toMatch(/ It was '\/oauth\\u0000\\n'\.$/)
})

it('a time in milliseconds is told in seconds', () => {
  expect(withOptions({ retryWindow: 30_000 })).toBe(
    'retryWindow must be a number of seconds between 0 and 600. The default is 30. It was 30000. If those are milliseconds, write `retryWindow: 30`.',
  )
  const login = () => (passwordLogin as Anything)({ find: () => null, sessionLifetime: 43_200_000 })
  expect(complaint(login)).toMatch(/ It was 43200000\. If those are milliseconds, write `sessionLifetime: 43200`\.$/)
})
