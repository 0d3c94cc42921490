/** The whole examination, against servers on loopback: one to which everybody connects, and the same with one thing broken. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { checks } from '../../../src/cli/doctor/checks.js'
import { connects, examine, type Report } from '../../../src/cli/doctor/examine.js'
import { leftBehind } from '../../../src/cli/doctor/left-behind.js'
import { knownClients } from '../../../src/known-clients/index.js'
import { type Breakage, type Deployment, deploy } from './deployment.js'
import { knownClient } from './world.js'

const open: Deployment[] = []
// The server says there what it refuses, which doctor has it do.
beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(async () => {
  for (const deployment of open.splice(0)) await deployment.close()
})

async function deployed(broken: Breakage = {}): Promise<Deployment> {
  const deployment = await deploy(broken)
  open.push(deployment)
  return deployment
}

const metadata = '/.well-known/oauth-authorization-server'
const clock = { now: Date.now, elapsed: () => performance.now() }

const examined = (url: string, ids?: readonly string[], timeout = 10_000, clientId?: string): Promise<Report> =>
  examine({ url, clients: ids ? ids.map(knownClient) : knownClients, timeout, clientId, clock })

/** What a client got at each check that is not as it should be. */
function trouble(report: Report, id: string): { [check: string]: string } {
  const result = report.results.find(({ client }) => client.id === id)
  return Object.fromEntries(
    Object.entries(result?.findings ?? {}).flatMap(([name, { status }]) =>
      status === 'ok' || status === 'not_needed' ? [] : [[name, status]],
    ),
  )
}

describe('a deployment where nothing is wrong', () => {
  it('is one to which every client connects, at every check, and keeps no client afterwards', async () => {
    const deployment = await deployed()
    const report = await examined(deployment.mcp)
    expect(report.target.kind).toBe('mcp')
    const hosted = new Set(['claude', 'chatgpt', 'grok'])
    for (const { client } of report.results) {
      // It is on this machine.
      expect(trouble(report, client.id), client.id).toEqual(hosted.has(client.id) ? { TLS: 'warning' } : {})
    }
    expect(report.results.every(connects)).toBe(true)
    expect(report.results.map(({ by }) => by)).toEqual(expect.arrayContaining(['document', 'registration']))
    expect(deployment.registered()).toEqual([])
    expect(leftBehind(report)).toEqual([])
  })

  it('is asked before scripts would be with the headers that they send, and by nobody whom no browser runs', async () => {
    const { mcp, origin } = await deployed()
    const preflights = (report: Report) => report.exchanges.filter(({ asked }) => asked.method === 'OPTIONS')
    const asked = preflights(await examined(mcp, ['inspector'])).map(({ asked: { url, headers } }) => [
      new URL(url).pathname,
      headers['access-control-request-method'],
      headers['access-control-request-headers'],
    ])
    expect(asked).toEqual([
      ['/.well-known/oauth-protected-resource/mcp', 'GET', 'mcp-protocol-version'],
      [metadata, 'GET', 'mcp-protocol-version'],
      ['/register', 'POST', 'content-type'],
      ['/oauth/token', 'POST', 'content-type'],
      ['/mcp', 'POST', 'authorization,content-type,mcp-protocol-version'],
    ])
    expect(preflights(await examined(mcp, ['codex']))).toEqual([])
    // Without an MCP endpoint nothing is asked of one.
    expect(
      (await examined(origin, ['codex'])).exchanges.filter(({ asked }) => asked.url.includes('protected')),
    ).toHaveLength(1)
  })

  it('is as good by registration alone', async () => {
    const deployment = await deployed({ withoutDocuments: true })
    const report = await examined(deployment.mcp)
    expect(report.results.filter((result) => !connects(result)).map(({ client }) => client.id)).toEqual(['grok'])
    expect(trouble(report, 'chatgpt')).toMatchObject({ client: 'not_reached' })
    expect(deployment.registered()).toEqual([])
  })

  it('is as good when it is asked for a dry run: one client stands in for all of them, and is removed', async () => {
    const deployment = await deployed({ withoutDocuments: true, dryRun: 'and management' })
    const report = await examined(deployment.mcp, ['cursor', 'vscode', 'codex'])
    for (const id of ['cursor', 'vscode', 'codex']) expect(trouble(report, id), id).toEqual({})
    const sent = (method: string, path: RegExp) =>
      report.exchanges.filter(({ asked }) => asked.method === method && path.test(asked.url))
    expect(sent('POST', /\/register\?dry_run=1$/)).toHaveLength(3)
    expect(sent('POST', /\/register$/)).toHaveLength(1)
    expect(sent('DELETE', /\/register\?id=/)).toHaveLength(1)
    // Each comes with all of its own.
    const tried = sent('GET', /\/authorize\?/).map(({ asked }) => new URL(asked.url).searchParams.get('redirect_uri'))
    const wanted = sent('POST', /dry_run/).flatMap(({ asked }) => JSON.parse(asked.body ?? '').redirect_uris)
    expect(wanted).toHaveLength(8)
    expect(tried).toEqual(expect.arrayContaining(wanted))
    expect(deployment.registered()).toEqual([])
    expect(leftBehind(report)).toEqual([])
  })

  it('after a dry run is not tried further where nothing says that a client can be removed again', async () => {
    const deployment = await deployed({ withoutDocuments: true, dryRun: 'alone' })
    const report = await examined(deployment.mcp, ['cursor'])
    expect(trouble(report, 'cursor')).toEqual({ redirect: 'not_reached', cookies: 'not_reached' })
    expect(report.results[0]?.findings.redirect?.received).toContain('does not say that what is registered can be')
    expect(report.exchanges.filter(({ asked }) => /\/register$/.test(asked.url))).toEqual([])
  })

  it('after a dry run is told what was left behind, and that nothing could be registered', async () => {
    const dryRun = { withoutDocuments: true, dryRun: 'and management' } as const
    const keeping = await deployed({ ...dryRun, removes: false })
    const kept = await examined(keeping.mcp, ['cursor', 'codex'])
    expect(keeping.registered()).toHaveLength(1)
    expect(leftBehind(kept)).toEqual([{ why: expect.stringMatching(/^DELETE .* 500/), ids: keeping.registered() }])
    expect(trouble(kept, 'cursor')).toEqual({})

    let asked = 0
    const full = await deployed({ ...dryRun, register: () => (asked++ === 0 ? undefined : { status: 429, body: {} }) })
    const report = await examined(full.mcp, ['cursor'])
    expect(trouble(report, 'cursor')).toEqual({ redirect: 'not_reached', cookies: 'not_reached' })
    expect(report.results[0]?.findings.redirect?.received).toMatch(/no client could be registered .* answered 429/)
    expect(leftBehind(report)).toEqual([])
  })

  it('is told what was left behind where nothing can be removed', async () => {
    const deployment = await deployed({ withoutDocuments: true, manages: false })
    const report = await examined(deployment.mcp, ['cursor', 'vscode'])
    expect(deployment.registered()).toHaveLength(2)
    expect(leftBehind(report)).toEqual([
      { why: 'the server gave no registration access token', ids: deployment.registered() },
    ])
  })

  it('may be named by its issuer, and then the MCP endpoint is not looked at', async () => {
    const { origin } = await deployed()
    const report = await examined(origin, ['claude-code'])
    expect(report.target.kind).toBe('issuer')
    // The server has no scope that it would take without being asked for one.
    expect(trouble(report, 'claude-code')).toEqual({})
    expect(Object.keys(report.results[0]?.findings ?? {})).toEqual(
      checks.filter(({ mcp }) => !mcp).map(({ name }) => name),
    )
  })

  it('knows the id that was made by hand, or does not', async () => {
    const { mcp } = await deployed()
    const report = await examined(mcp, ['claude-code'], 10_000, 'nobody')
    expect(trouble(report, 'claude-code')).toMatchObject({ redirect: 'failed' })
  })
})

/** What is broken, and what a client then gets. */
const changed = (path: string, members: { readonly [member: string]: unknown }): Breakage => ({
  answer: (at, answer) => {
    if (at === path) answer.body = JSON.stringify({ ...JSON.parse(answer.body), ...members })
  },
})
const wrong: readonly (readonly [
  what: string,
  broken: Breakage,
  id: string,
  expected: { readonly [check: string]: string },
])[] = [
  [
    'an issuer with a slash',
    {
      answer: (at, answer) => {
        if (at === metadata) answer.body = answer.body.replace(/("issuer":"[^"]+)"/, '$1/"')
      },
    },
    'codex',
    { issuer: 'failed' },
  ],
  [
    'no `none`',
    changed(metadata, { token_endpoint_auth_methods_supported: ['client_secret_basic'] }),
    'claude',
    { auth: 'failed' },
  ],
  ['no PKCE methods', changed(metadata, { code_challenge_methods_supported: undefined }), 'codex', { PKCE: 'failed' }],
  [
    '404 on the only form that a client knows',
    {
      answer: (at, answer) => {
        if (at === metadata) answer.status = 404
      },
    },
    'claude-code',
    { metadata: 'failed', client: 'not_reached' },
  ],
  [
    'a redirect on metadata',
    {
      answer: (at, answer) => {
        if (at !== metadata) return
        answer.status = 302
        answer.headers.set('location', 'http://localhost:1/elsewhere')
      },
    },
    'codex',
    { metadata: 'failed' },
  ],
  [
    'no CORS',
    { answer: (_, answer) => void answer.headers.delete('access-control-allow-origin') },
    'inspector',
    { CORS: 'failed' },
  ],
  [
    'a challenge without resource_metadata',
    {
      answer: (_, answer) =>
        void (answer.status === 401 && answer.headers.set('www-authenticate', 'Bearer realm="api"')),
    },
    'claude',
    { challenge: 'warning' },
  ],
  [
    'no resource metadata anywhere',
    {
      answer: (at, answer) => {
        if (at.startsWith('/.well-known/oauth-protected')) answer.status = 404
      },
    },
    'codex',
    { resource: 'failed' },
  ],
  [
    '403 in place of 401',
    {
      answer: (at, answer) => {
        if (at === '/mcp') answer.status = 403
      },
    },
    'claude',
    { challenge: 'failed' },
  ],
  [
    'a registration that takes all or nothing',
    {
      withoutDocuments: true,
      register: (uris) =>
        uris.some((uri) => uri.startsWith('cursor:'))
          ? { status: 400, body: { error: 'invalid_redirect_uri' } }
          : undefined,
    },
    'cursor',
    { client: 'failed', redirect: 'not_reached' },
  ],
  [
    'a registration that drops what it does not know at the authorization endpoint',
    {
      instead: (req, res) => {
        if (!req.url?.startsWith('/oauth/authorize') || !req.url.includes('cursor%3A')) return false
        res.writeHead(400, { 'content-type': 'text/html' }).end('<p>redirect_uri')
        return true
      },
      withoutDocuments: true,
    },
    'cursor',
    { redirect: 'failed' },
  ],
  [
    'a token endpoint behind a redirect',
    {
      instead: (req, res) => {
        if (req.url !== '/oauth/token') return false
        res.writeHead(308, { location: '/oauth/token/' }).end()
        return true
      },
    },
    'codex',
    { token: 'failed' },
  ],
  [
    'an answer that never comes',
    { instead: (req) => req.url === metadata },
    'codex',
    { metadata: 'failed', time: 'failed' },
  ],
]

describe('a deployment with one thing broken', () => {
  it('is seen to fail at every check, but those two for which it takes https', () => {
    const failing = new Set(
      wrong.flatMap(([, , , expected]) => Object.keys(expected).filter((name) => expected[name] === 'failed')),
    )
    expect(checks.map(({ name }) => name).filter((name) => !failing.has(name))).toEqual(['TLS', 'cookies'])
  })

  it.each(wrong)('%s', async (_, broken, id, expected) => {
    const deployment = await deployed(broken)
    const report = await examined(deployment.mcp, [id], 'instead' in broken ? 700 : 10_000)
    expect(trouble(report, id)).toMatchObject(expected)
    expect(report.results.every(connects)).toBe(!Object.values(expected).includes('failed'))
    expect(deployment.registered()).toEqual([])
  })

  it('waits once where nothing is answered, whoever asks', async () => {
    const { mcp } = await deployed({ instead: (req) => req.url === metadata })
    const report = await examined(mcp, undefined, 300)
    const waited = report.exchanges.filter(({ outcome }) => !outcome.answered && outcome.problem === 'timeout')
    expect(waited.map(({ asked }) => asked.method)).toEqual(['GET', 'OPTIONS'].slice(0, waited.length))
    for (const { client } of report.results)
      expect(trouble(report, client.id), client.id).toMatchObject({ time: 'failed' })
  })

  it('sends the token for removing a client to nobody else', async () => {
    const other = await deployed()
    const asked: string[] = []
    const { mcp } = await deployed({
      withoutDocuments: true,
      register: (uris) => ({
        status: 201,
        body: {
          client_id: 'c1',
          redirect_uris: uris,
          registration_client_uri: `${other.origin}/register?id=c1`,
          registration_access_token: 'secret-1',
        },
      }),
    })
    const report = await examined(mcp, ['codex'])
    for (const { asked: request } of report.exchanges) asked.push(request.url)
    expect(asked.filter((url) => url.startsWith(other.origin))).toEqual([])
    expect(leftBehind(report)).toEqual([{ why: 'registration_client_uri is at another origin', ids: ['c1'] }])
  })
})

it('says that nothing answers', async () => {
  const { mcp, close } = await deploy()
  await close()
  await expect(examined(mcp)).rejects.toThrow(`Nothing answers at ${mcp}.`)
})
