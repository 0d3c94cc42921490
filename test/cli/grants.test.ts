import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, expect, it } from 'vitest'
import { approve } from '../../src/grant/approve.js'
import { redeemCode } from '../../src/grant/redeem-code.js'
import { deploymentOf } from '../../src/points/deployments.js'
import { createAuthorizationServer } from '../../src/server.js'
import { sqliteStorage } from '../../src/storage/sqlite.js'
import { externalLogin } from '../../src/users/external.js'
import { accepted, approval, bytes, redeeming } from '../grant/fixtures.js'
import { createApp, reExport, sqliteAuth } from './app.js'

const issuer = 'http://localhost:3000'
const app = createApp({ 'auth.js': sqliteAuth, 'grantwright.config.js': reExport })
afterAll(() => app.remove())

it('lists the live grants of a user and ends one', async () => {
  const id = await approvedGrant('alice')
  const listed = await app.json('grants', 'list', '--subject', 'alice')
  expect(listed).toMatchObject([
    { id, client_id: 'app', subject: 'alice', created_at: expect.closeTo(Date.now() / 1000, -2) },
  ])
  expect((await app.run('grants', 'list', '--subject', 'alice')).stdout).toMatch(
    new RegExp(`^${id} +app +\\d{4}-`, 'm'),
  )
  expect((await app.run('grants', 'list', '--subject', 'bob')).stdout).toBe('"bob" has no live grants.\n')

  expect(await app.run('grants', 'revoke', '--', id)).toMatchObject({ code: 0, stdout: `Revoked the grant ${id}.\n` })
  expect(await app.json('grants', 'list', '--subject', 'alice')).toEqual([])
  const again = await app.run('grants', 'revoke', '--', id)
  expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('There is no live grant') })
})

it('asks whose grants to list', async () => {
  const { code, stderr } = await app.run('grants', 'list')
  expect(stderr).toContain('--subject is missing: whose grants?')
  expect(code).toBe(2)
})

async function approvedGrant(subject: string): Promise<string> {
  const db = new Database(join(app.folder, 'auth.db'))
  const server = createAuthorizationServer({
    issuer,
    storage: sqliteStorage(db),
    users: externalLogin({ current: () => null, loginUrl: '/login' }),
    resources: { [`${issuer}/api`]: { scopes: {} } },
  })
  const now = Date.now()
  const approved = { ...approval.approved, issuer, subject }
  const redeem = redeeming({ by: { issuer, clientId: approved.clientId } })
  const { grant } = accepted(redeemCode(approve({ ...approval, approved }, now), redeem, now, bytes(48, 2)))
  await deploymentOf(server).grants.insert(grant)
  db.close()
  return grant.id
}
