/** docs/how-to/private-key.md as its reader takes it, against the quick start copied out of README.md. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { PrivateKeyJwtOptions } from '../../src/features/registration/index.js'
import { codes, tablesOf } from '../support/doc-tables.js'
import { filesOf, piecesOf, Reader } from './reader.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const page = 'docs/how-to/private-key.md'
const files = filesOf(page)
/** The command line of the package that the folder has: npx would look in the registry first. */
const commands = piecesOf(page, 'sh').map((command) =>
  command.replace('npx grantwright', 'node node_modules/grantwright/dist/cli.js'),
)

describe('a key in place of the secret', () => {
  let reader: Reader
  let CLIENT_ID: string

  beforeAll(async () => {
    reader = await Reader.arrive(['express', 'libsql', 'openid-client'])
    reader.write('grantwright.config.mjs', piecesOf('docs/cli.md', 'js')[0])
    for (const [name, code] of files) reader.write(name, code)
    const [feature = ''] = piecesOf(page, 'ts')
    const [, imported = ''] = /^(import .*)$/m.exec(feature) ?? []
    const [, option = ''] = /^ {2}(features: .*)$/m.exec(feature) ?? []
    // The page has the reader wait until the client is read again; here it is read anew each time.
    await reader.quickStart('express.mjs', (auth) =>
      `${imported}\n${auth}`.replace('clients: [', `${option}\n  clientCacheLifetime: 0,\n  clients: [`),
    )
    expect((await reader.run('node make-key.mjs').ended).printed).toBe('')
    CLIENT_ID = JSON.parse(await printedBy(`${commands[1]} --json`)).client_id
  })
  afterAll(() => reader?.leave())

  async function printedBy(command: string): Promise<string> {
    const { code, printed } = await reader.run(`${command} 2>errors`).ended
    if (code !== 0) throw new Error(readFileSync(join(reader.folder, 'errors'), 'utf8'))
    return printed
  }
  const run = async (file: string) => (await reader.run(`node ${file}`, { CLIENT_ID }).ended).printed

  it('has these files and commands', () => {
    expect([...files.keys()]).toEqual(['make-key.mjs', 'with-openid-client.mjs', 'with-jose.mjs'])
    expect(commands).toHaveLength(3)
  })

  it('has the options of the feature in its table', () => {
    const options: Record<keyof Required<PrivateKeyJwtOptions>, true> = {
      audience: true,
      algorithms: true,
      documents: true,
    }
    const rows = tablesOf(page)('## Switch it on').map(([name]) => codes(name)[0])
    expect(rows.sort()).toEqual(Object.keys(options).sort())
  })

  it('keeps the private key where nobody else reads it, and out of what is handed on', () => {
    expect(statSync(join(reader.folder, 'private-key.json')).mode & 0o777).toBe(0o600)
    expect(existsSync(join(reader.folder, 'jwks.json'))).toBe(true)
    expect(readFileSync(join(reader.folder, 'jwks.json'), 'utf8')).not.toContain('"d"')
  })

  it.each(['with-openid-client.mjs', 'with-jose.mjs'])('gets a token with %s, and the API answers', async (file) => {
    for (const _ of [1, 2]) expect(await run(file)).toBe(`{ notesOf: '${CLIENT_ID}' }\n`)
  })

  it('refuses a private key at the command line, by the name of a member', async () => {
    const command = commands[1]?.replace('cat jwks.json', `echo '{"keys":['; cat private-key.json; echo ']}'`)
    await expect(printedBy(command ?? '')).rejects.toThrow(
      '--jwks must have public keys only, but keys[0] has the private member d',
    )
    await expect(printedBy((commands[1] ?? '').replace('cat jwks.json', 'echo nothing'))).rejects.toThrow(
      '--jwks must be JSON.',
    )
  })

  it('works with the new key once it is changed, and no longer with the old', async () => {
    const old = readFileSync(join(reader.folder, 'private-key.json'), 'utf8')
    await reader.run('node make-key.mjs').ended
    await printedBy(commands[2]?.replace('<client_id>', CLIENT_ID) ?? '')
    expect(await run('with-jose.mjs')).toBe(`{ notesOf: '${CLIENT_ID}' }\n`)
    reader.write('private-key.json', old)
    expect(await run('with-jose.mjs')).not.toContain('notesOf')
  })
})
