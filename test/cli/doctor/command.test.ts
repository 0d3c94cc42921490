/** `npx grantwright doctor` in a process of its own, against the playground. Needs dist/ (`npm run build`). */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startPlayground } from '../../../examples/playground/playground.js'
import { createApp } from '../app.js'
import { deploy } from './deployment.js'

const app = createApp({}, [])
const dataDir = mkdtempSync(join(tmpdir(), 'grantwright-doctor-'))
let playground: Awaited<ReturnType<typeof startPlayground>>
beforeAll(async () => {
  playground = await startPlayground({ port: 0, dataDir, now: Date.now })
})
// The servers of this process say there what they refuse, which doctor has them do.
beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterAll(async () => {
  await playground.close()
  rmSync(dataDir, { recursive: true })
  app.remove()
})

describe('doctor', () => {
  it('finds no fault in the playground but that clients have to be registered by hand, and exits with 1', async () => {
    const { code, stdout, stderr } = await app.run('doctor', playground.url, '--json')
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'grantwright: 12 clients do not connect.\n' })
    const { kind, clients, left_behind } = JSON.parse(stdout)
    expect({ kind, left_behind }).toEqual({ kind: 'issuer', left_behind: [] })
    for (const { id, connects, checks } of clients) {
      expect(connects, id).toBe(false)
      expect(checks.client, id).toMatchObject({
        status: 'failed',
        change: expect.stringMatching(/`features: \[(metadataDocuments|registration)\(\)\]`/),
      })
      for (const name of ['metadata', 'issuer', 'PKCE', 'auth', 'token', 'time'])
        expect(checks[name].status, `${id} ${name}`).toBe('ok')
    }
  })

  it('prints a table and what to change, without colour where nobody looks', async () => {
    const { code, stdout, stderr } = await app.run('doctor', playground.url, '--client', 'cursor')
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'Playing Cursor …\ngrantwright: One client does not connect.\n',
    })
    expect(stdout).toMatch(/^cursor +ok +ok +ok +ok +NO /m)
    expect(stdout).toContain('NO client: cursor')
    expect(stdout).not.toContain('\u001b')
  })

  it('sees that the API of the playground is no MCP endpoint yet', async () => {
    const url = `${playground.url}/api/notes`
    const { stdout } = await app.run('doctor', url, '--client', 'claude', '--json')
    const { kind, clients } = JSON.parse(stdout)
    expect(kind).toBe('mcp')
    expect(clients[0].checks).toMatchObject({ challenge: { status: 'failed' }, resource: { status: 'failed' } })
  })

  it('exits with 0 when the clients connect', async () => {
    const deployment = await deploy()
    const { code, stdout } = await app.run('doctor', deployment.mcp, '--client', 'claude', '--client', 'cursor')
    await deployment.close()
    expect(stdout).toContain('2 of 2 clients connect')
    expect(code).toBe(0)
  })

  it('exits with 1 and one line when nothing answers', async () => {
    const deployment = await deploy()
    await deployment.close()
    const { code, stdout, stderr } = await app.run('doctor', deployment.origin, '--json')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`grantwright: Nothing answers at ${deployment.origin}.`)
  })

  it.each([
    [[], '<issuer or MCP URL> is missing.'],
    [['localhost:3000'], '"localhost:3000" is no http or https URL. Did you mean http://localhost:3000?'],
    [['ftp://example.com'], '"ftp://example.com" is no http or https URL.'],
    [['https://user:secret@example.com'], 'The URL must have no user name, password or fragment.'],
    [['https://example.com', '--client', 'claud'], 'There is no client "claud". Did you mean claude?'],
    [['https://example.com', '--client', 'netscape'], 'There is no client "netscape". There are: claude, '],
    [['https://example.com', '--timeout', 'soon'], '--timeout must be seconds, at most 120.'],
    [['https://example.com', '--timeout', '0'], '--timeout must be seconds, at most 120.'],
    [['https://example.com', '--client-id', 'x'], '--client-id needs one --client: whose is it?'],
  ])('exits with 2 when it was written wrongly: %j', async (args, message) => {
    const { code, stdout, stderr } = await app.run('doctor', ...args)
    expect(stderr).toContain(`grantwright: ${message}`)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})
