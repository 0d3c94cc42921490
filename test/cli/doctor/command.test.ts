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

  it('exits with 0 when the clients connect, and says so to scripts', async () => {
    const deployment = await deploy()
    const both = ['--client', 'claude', '--client', 'cursor']
    const people = await app.run('doctor', deployment.mcp, ...both)
    const scripts = await app.run('doctor', deployment.mcp, ...both, '--json')
    await deployment.close()
    expect(people.stdout).toContain('2 of 2 clients connect')
    expect([people.code, scripts.code, scripts.stderr]).toEqual([0, 0, ''])
    const report = JSON.parse(scripts.stdout)
    expect(report).toMatchObject({ url: deployment.mcp, kind: 'mcp', doubt: null, ok: true, left_behind: [] })
    expect(report.clients.map(({ id, connects }: { id: string; connects: boolean }) => [id, connects])).toEqual([
      ['claude', true],
      ['cursor', true],
    ])
    expect(report.requests.length).toBeGreaterThan(10)
  })

  it('doubts a URL whose path is wrong, and names the one that is meant', async () => {
    const deployment = await deploy({
      // The host speaks of its endpoint at the root, too.
      instead: (req, res) => {
        if (req.url !== '/.well-known/oauth-protected-resource') return false
        res.end(JSON.stringify({ resource: deployment.mcp, authorization_servers: [deployment.origin] }))
        return true
      },
    })
    const { code, stdout } = await app.run('doctor', `${deployment.origin}/mpc`, '--client', 'codex')
    await deployment.close()
    expect(code).toBe(1)
    expect(stdout).toContain(
      `There is no MCP endpoint at ${deployment.origin}/mpc, as it seems. Did you mean ${deployment.mcp}?`,
    )
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
