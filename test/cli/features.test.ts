/**
 * The command line on a server with features: it knows what they know of clients, and loses nothing of it.
 */
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Feature } from '../../src/points/feature.js'
import type { ClientMetadata } from '../../src/protocol/client-metadata.js'
import { createAuthorizationServer } from '../../src/server.js'
import { sqliteStorage } from '../../src/storage/sqlite.js'
import { externalLogin } from '../../src/users/external.js'
import { grantType, headerWay, PIN, textField } from '../points/fixtures.js'
import { createApp, reExport, sqliteAuth } from './app.js'

/** The same as in the app, as far as the command line can tell. */
const feature: Feature = {
  name: 'lobby',
  grantTypes: [grantType()],
  clientAuthentication: [headerWay('gateway')],
  clientFields: [textField('lobby_floor')],
}
const withFeature = sqliteAuth.replace(
  'clients: [',
  `features: [{
    name: 'lobby',
    grantTypes: [{ name: '${PIN}', answer: async () => { throw new Error('never asked') } }],
    clientAuthentication: [{ methods: ['gateway'], read: () => null, judge: () => 'never' }],
    clientFields: [{ name: 'lobby_floor', parse: ${textField('lobby_floor').parse.toString().replace('parse', 'function')} }],
  }],
  clients: [`,
)
const app = createApp({
  'auth.js': withFeature,
  'grantwright.config.js': reExport,
  'without.js': sqliteAuth.replace('export const auth =', 'export default'),
})
afterAll(() => app.remove())

const metadata = { grant_types: ['client_credentials', PIN], scope: 'notes:read', lobby_floor: 'first' }
let client_id: string
let db: Database.Database
beforeAll(async () => {
  db = new Database(join(app.folder, 'auth.db'))
  const { clients } = createAuthorizationServer({
    issuer: 'http://localhost:3000',
    storage: sqliteStorage(db),
    users: externalLogin({ current: () => null, loginUrl: '/login' }),
    resources: { 'http://localhost:3000/api': { scopes: { 'notes:read': 'Read' } } },
    features: [feature],
  })
  client_id = (await clients.create(metadata as ClientMetadata)).client.client_id
})
afterAll(() => db.close())

/** What is stored about the client, but for what changes with each write. */
function stored(): Record<string, unknown> {
  const rows = db.prepare('SELECT * FROM grantwright_clients').all() as Record<string, unknown>[]
  const texts = rows.flatMap((row) => Object.values(row)).map(String)
  const document = texts.find((text) => text.startsWith('{') && text.includes(client_id))
  const { d, ...plain } = JSON.parse(document ?? '{}')
  return d ?? plain
}

describe('client update', () => {
  it('keeps what features know of a client', async () => {
    const changed = await app.json('client', 'update', client_id, '--client-name', 'Renamed')
    expect(changed).toMatchObject({ client_name: 'Renamed', grant_types: metadata.grant_types })
    expect(stored()).toMatchObject({ client_name: 'Renamed', lobby_floor: 'first' })
  })

  it('keeps it also with a config whose server has not the feature, once the client can do without', async () => {
    const without = ['--config', 'without.js']
    const refused = await app.run('client', 'update', client_id, '--client-name', 'Again', ...without)
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain(
      '--grant-type must be authorization_code, refresh_token or client_credentials; it was',
    )
    expect(stored()).toMatchObject({ client_name: 'Renamed', lobby_floor: 'first' })
    await app.json('client', 'update', client_id, '--grant-type', 'client_credentials', ...without)
    await app.json('client', 'update', client_id, '--client-name', 'Again', ...without)
    expect(stored()).toMatchObject({ client_name: 'Again', lobby_floor: 'first' })
  })
})

describe('client create', () => {
  it('knows the grant types and the ways of authentication of the features', async () => {
    const flags = ['--grant-type', PIN, '--token-endpoint-auth-method', 'gateway', '--scope', 'notes:read']
    const made = await app.json('client', 'create', ...flags)
    expect(made).toMatchObject({ grant_types: [PIN], token_endpoint_auth_method: 'gateway' })
    expect(made).not.toHaveProperty('client_secret')
    const refused = await app.run('client', 'rotate-secret', made.client_id)
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('proves itself otherwise (token_endpoint_auth_method gateway): it has no secret.')
  })

  it('names them when it was given another', async () => {
    const { code, stderr } = await app.run('client', 'create', '--grant-type', 'password')
    expect(stderr).toContain(`must be authorization_code, refresh_token, client_credentials or ${PIN}; it was`)
    expect(code).toBe(2)
  })
})
