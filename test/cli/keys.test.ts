import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, describe, expect, it } from 'vitest'
import { importSigner } from '../../src/index.js'
import { createApp, reExport, sqliteAuth } from './app.js'

const app = createApp({ 'auth.js': sqliteAuth, 'grantwright.config.js': reExport })
afterAll(() => app.remove())

describe('keys generate', () => {
  it('prints a new secret alone to the standard output, and needs no config', async () => {
    const bare = createApp({})
    const [one, two] = await Promise.all([bare.run('keys', 'generate'), bare.run('keys', 'generate')])
    expect(one.stdout).toMatch(/^[A-Za-z0-9_-]{43}\n$/)
    expect(one.stderr).toContain('shown this once')
    expect(two.stdout).not.toBe(one.stdout)
    expect(await bare.json('keys', 'generate')).toEqual({ secret: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) })
    bare.remove()
  })

  it.each(['ES256', 'PS256', 'EdDSA'])('prints a private key for %s that importSigner takes', async (alg) => {
    const { code, stdout, stderr } = await app.run('keys', 'generate', '--alg', alg)
    expect(code).toBe(0)
    expect(stderr).toContain('whoever has it can sign tokens')
    const jwk = JSON.parse(stdout)
    expect(await importSigner(jwk)).toMatchObject({ alg, kid: jwk.kid })
    // Without a kid the signer takes the thumbprint, which is what was printed.
    expect((await importSigner({ ...jwk, kid: undefined })).kid).toBe(jwk.kid)
  })

  it('refuses another algorithm', async () => {
    const { code, stdout, stderr } = await app.run('keys', 'generate', '--alg', 'none')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('--alg must be one of ES256, ES384,')
  })
})

describe('keys rotate', () => {
  it('publishes a new key that signs later, and no second one before that', async () => {
    const first = await app.run('keys', 'rotate')
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('The new key signs in 7 minutes') })
    expect(first.stdout).toMatch(/^\S{43} +ES256 +signs\n\S{43} +ES256 +signs next$/m)
    const before = await app.json('keys', 'rotate')
    expect(before.keys.map(({ use }: { use: string }) => use)).toEqual(['signs', 'signs next'])
    const second = await app.run('keys', 'rotate')
    expect(second.stderr).toContain('No new signing key')
    expect(await app.json('keys', 'rotate')).toEqual(before)
  })

  it('makes one for each algorithm that a feature signs with, and says of each what it is for', async () => {
    const feature = "features: [{ name: 'statements', algorithms: ['EdDSA'] }], storage:"
    const more = createApp({ 'auth.js': sqliteAuth.replace('storage:', feature), 'grantwright.config.js': reExport })
    const { keys } = await more.json('keys', 'rotate')
    expect(keys.map(({ alg, use }: { alg: string; use: string }) => [alg, use])).toEqual([
      ['ES256', 'signs'],
      ['ES256', 'signs next'],
      ['EdDSA', 'signs'],
      ['EdDSA', 'signs next'],
    ])
    more.remove()
  })

  it('tells of keys that the secret does not open, and leaves them as they are', async () => {
    const stored = () => {
      const db = new Database(join(app.folder, 'auth.db'))
      const rows = db.prepare('SELECT * FROM grantwright_keys').all()
      db.close()
      return rows
    }
    const wrapped = (secret: string) => sqliteAuth.replace('storage:', `secret: '${secret}', storage:`)
    app.write({ 'auth.js': wrapped('one-secret-one-secret-one-secret-one-secret-1') })
    expect((await app.run('keys', 'rotate')).code).toBe(0)
    const before = stored()
    app.write({ 'auth.js': wrapped('two-secret-two-secret-two-secret-two-secret-2') })
    const { code, stdout, stderr } = await app.run('keys', 'rotate')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('secret')
    expect(stored()).toEqual(before)
  })
})
