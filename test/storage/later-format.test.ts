/**
 * Records with a format number that this version does not know, as a later one may write them: whoever needs one is refused, the
 * operator is told what to do, and the record stays as it is.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SqliteStorage, sqliteStorage } from '../../src/storage/sqlite.js'
import { type Fixture, putFixture, rewriteDocuments, rowsOf, Site } from './fixture.js'

const told = /\bformat\b.*(Upgrade|run that release)/
const toldError = expect.objectContaining({ message: expect.stringMatching(told) })

let folder: string
let file: string
let fixture: Fixture
let db: InstanceType<typeof Database>
let storage: SqliteStorage
let site: Site

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'grantwright-format-'))
  file = join(folder, 'test.db')
  fixture = await putFixture('0.1.0', file)
})
afterEach(async () => {
  await site.server.close()
  storage.close()
  db.close()
  rmSync(folder, { recursive: true })
})

function open(): void {
  db = new Database(file)
  storage = sqliteStorage(db)
  site = new Site(fixture, { storage, now: fixture.writtenAt + 1000 })
}

/** As if a later version had written all records of a table. */
function writeLater(table: string): void {
  rewriteDocuments(file, (document, of) => (of === `grantwright_${table}` ? { ...document, v: 1000 } : document))
}

describe('a record of a later format', () => {
  const client = (name: keyof Fixture['clients']) => fixture.clients[name]
  const introspect = (token = '') => site.post('/oauth/introspect', client('api'), { token })
  const visit = (url: string) => site.visit(site.browser(fixture.browsers.alice), url)

  const needs: readonly (readonly [table: string, what: string, ask: () => Promise<{ readonly status: number }>])[] = [
    ['grants', 'a refresh token', () => site.refresh(client('web'), fixture.live.refreshToken)],
    ['grants', 'a spent refresh token', () => site.refresh(client('web'), fixture.live.oldRefreshToken)],
    ['grants', 'a code', () => site.redeem(client('web'), fixture.code)],
    ['grants', 'an access token', () => introspect(fixture.accessTokens[0]?.token)],
    ['grants', 'the connected apps', () => visit(site.url('/oauth/apps'))],
    ['clients', 'a client', () => site.token(client('machine'), { grant_type: 'client_credentials' })],
    ['keys', 'a token to sign', () => site.token(client('machine'), { grant_type: 'client_credentials' })],
    ['keys', 'a signature to verify', () => introspect(fixture.accessTokens[0]?.token)],
    ['once', 'a revoked access token', () => introspect(fixture.revokedAccessTokens[0]?.token)],
    ['sessions', 'a login', () => visit(site.url('/oauth/apps'))],
    ['requests', 'a pending request', () => visit(fixture.awaitsConsent.resumeUrl)],
    [
      'consents',
      'a consent',
      () => visit(site.authorizeUrl(client('spa'), { code_challenge: 'E'.repeat(43), scope: 'read' })),
    ],
    [
      'counters',
      'a limit of requests',
      () =>
        site.visit(site.browser(), site.authorizeUrl(client('web'), { code_challenge: 'E'.repeat(43), scope: 'read' })),
    ],
    [
      'counters',
      'a limit of passwords',
      async () => {
        const visitor = site.browser()
        await site.visit(visitor, site.url('/oauth/apps'))
        return site.logIn(visitor, 'bob')
      },
    ],
  ]

  it.each(needs)('in the %s fails whoever needs it for %s, tells the operator, and stays', async (table, _, ask) => {
    writeLater(table)
    open()
    const before = rowsOf(file)
    expect((await ask()).status).toBe(500)
    expect(site.events.filter(({ type }) => type !== 'failed')).toEqual([])
    expect(site.events).toContainEqual(expect.objectContaining({ type: 'failed', cause: toldError }))
    expect(rowsOf(file)).toEqual(before)
  })

  it.each([
    ['grants', 'grants.list', () => site.server.grants.list({ subject: 'alice' })],
    ['grants', 'grants.revoke', () => site.server.grants.revoke(fixture.live.id)],
    ['sessions', 'users.signOut', () => site.server.users.signOut('alice')],
    ['clients', 'clients.get', () => site.server.clients.get(client('web').client_id)],
    ['clients', 'clients.list', () => site.server.clients.list()],
    ['clients', 'clients.update', () => site.server.clients.update(client('api').client_id, { grant_types: [] })],
    ['clients', 'clients.rotateSecret', () => site.server.clients.rotateSecret(client('web').client_id)],
    ['keys', 'ready', () => site.server.ready()],
    ['keys', 'keys.rotate', () => site.server.keys.rotate()],
  ])('in the %s makes %s reject with what to do, and stays', async (table, _, call) => {
    writeLater(table)
    open()
    const before = rowsOf(file)
    await expect(call()).rejects.toThrow(told)
    expect(rowsOf(file)).toEqual(before)
  })

  it('with the keys leaves an instance that runs with those it has', async () => {
    open()
    await site.server.ready()
    writeLater('keys')
    const before = rowsOf(file).filter(({ table }) => table === 'grantwright_keys')
    site.now += 120 * 86_400_000
    const { status, body } = await site.token(client('machine'), { grant_type: 'client_credentials' })
    expect(status).toBe(200)
    expect(await (await introspect(body.access_token)).json()).toMatchObject({ active: true })
    await site.server.close()
    expect(site.events).toContainEqual(expect.objectContaining({ type: 'failed', endpoint: 'keys', cause: toldError }))
    expect(rowsOf(file).filter(({ table }) => table === 'grantwright_keys')).toEqual(before)
  })
})
