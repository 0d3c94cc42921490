/**
 * docs/how-to/mcp-frameworks.md as it stands there: compiled, run, and called by the official clients of both generations, which start
 * with nothing but a client id.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesOf, pageOf, Reader } from '../../docs/reader.js'
import { Jar } from '../logins/jar.js'
import { McpUser } from './mcp-user.js'
import { packagesHere } from './packages.js'

const page = 'docs/how-to/mcp-frameworks.md'
const files = filesOf(page)
const shared = ['api.ts', 'tool-scope.ts']
const packages = ['typescript']

/** The README's server, with the resource that the page says. */
const auth = (filesOf('README.md').get('auth.mjs') ?? '').replace(
  'http://localhost:3000/api',
  'http://localhost:3000/mcp',
)

/** What the page says to change for 2.x. */
const on2 = (code = '') =>
  code
    .replace('@modelcontextprotocol/sdk/server/mcp.js', '@modelcontextprotocol/server')
    .replace(
      /import \{ Streamable\w+ \} from '[^']+'/,
      "import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'",
    )
    .replace('new StreamableHTTP', 'new NodeStreamableHTTP')
    .replaceAll('({ authInfo })', '({ http })')
    .replaceAll('authInfo?.', 'http?.authInfo?.')

const guard = { none: '', narrow: 'notes:write notes:read', tool: 'notes:read notes:write', away: 503 }
const middleware = { ...guard, none: 'error="invalid_token", ', narrow: 'notes:read', away: 500 }
const servers = [
  ['guarded.ts', files.get('guarded.ts'), guard],
  ['guarded.ts with 2.x', on2(files.get('guarded.ts')), guard],
  ['sdk-1.ts', files.get('sdk-1.ts'), middleware],
  ['sdk-2.ts', files.get('sdk-2.ts'), middleware],
  ['handler.ts', files.get('handler.ts'), middleware],
  ['fast.ts', files.get('fast.ts'), { ...guard, tool: null }],
  ['hono.ts', files.get('hono.ts'), guard],
] as const

/** The server of the page, running. */
async function start(code: string | undefined, api = files.get('api.ts')): Promise<Reader> {
  const reader = await Reader.arrive(packages, packagesHere())
  reader.write('auth.ts', auth)
  for (const name of shared) reader.write(name, name === 'api.ts' ? api : files.get(name))
  reader.write('server.ts', code)
  await reader.run('node server.js').says(/^The MCP server is at/m)
  return reader
}

const call = (name: string) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } })
const post = (reader: Reader, body: unknown, authorization?: string) =>
  fetch(`${reader.origin}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-06-18',
      ...(authorization !== undefined && { authorization }),
    },
    body: JSON.stringify(body),
  })

/** What stands in a challenge: its error with a comma, scope, and where the metadata is. */
function told(response: Response) {
  const challenge = response.headers.get('www-authenticate') ?? ''
  const [, error = ''] = /(error="\w+", )/.exec(challenge) ?? []
  const [, scope] = /scope="([^"]*)"/.exec(challenge) ?? []
  return { status: response.status, error, scope, metadata: /resource_metadata="([^"]*)"/.exec(challenge)?.[1] }
}

describe.each(servers)('%s', (_, code, answers) => {
  let reader: Reader
  let jar: Jar
  beforeAll(async () => {
    reader = await start(code)
    jar = new Jar(reader.origin)
  })
  afterAll(() => reader?.leave())

  const user = (generation: 1 | 2) =>
    new McpUser(generation, `${reader.origin}/mcp`, (url) => reader.logInAndAllow(url, jar))
  const metadata = () => `${reader.origin}/.well-known/oauth-protected-resource/mcp`

  it('tells who has no token, or a wrong one, what to ask for and where', async () => {
    const none = told(await post(reader, call('whoami')))
    expect(none).toEqual({ status: 401, error: answers.none, scope: 'notes:read', metadata: metadata() })
    const wrong = told(await post(reader, call('whoami'), 'Bearer wrong'))
    expect(wrong).toEqual({ ...none, error: 'error="invalid_token", ' })
    const document = await (await fetch(metadata())).json()
    expect(document).toMatchObject({
      resource: `${reader.origin}/mcp`,
      scopes_supported: ['notes:read'],
      resource_name: 'Notes',
    })
  })

  it('refuses a token with less than the endpoint demands', async () => {
    const token = await user(2).token('notes:write')
    const narrow = told(await post(reader, call('whoami'), `Bearer ${token}`))
    expect(narrow).toEqual({
      status: 403,
      error: 'error="insufficient_scope", ',
      scope: answers.narrow,
      metadata: metadata(),
    })
  })

  it.each([1, 2] as const)(
    'lets the client of generation %d in from nothing, and then to a tool that needs more',
    async (generation) => {
      const ada = user(generation)
      expect(await ada.connect()).toBe('notes:read')
      expect(await ada.call('whoami')).toBe('user-1')
      if (answers.tool === null) {
        expect(await ada.tools()).toEqual(['whoami'])
        return
      }
      const stepUp = ada.asked.length
      // The client of generation 1 takes the challenge at its word.
      expect(await ada.callAndAuthorize('add_note')).toBe(`added with ${answers.tool}`)
      expect(ada.asked.slice(stepUp)).toEqual([answers.tool])
    },
  )

  if (answers.tool === null) return

  it('refuses a call in a list of messages as well, and calls nothing', async () => {
    const token = await user(2).token('notes:read')
    const response = await post(reader, [call('whoami'), { ...call('add_note'), id: 2 }], `Bearer ${token}`)
    expect([response.status, (await response.text()).includes('added')]).toEqual([403, false])
  })
})

// A token that looks like one of the issuer, whose keys have to be fetched.
const foreign = ['{"alg":"ES256","typ":"at+jwt","kid":"k1"}', '{}', 'x']
  .map((part) => btoa(part).replace(/=/g, ''))
  .join('.')

it.each(servers)(
  '%s says that it is not the token when the authorization server is away',
  async (_, code, { away }) => {
    const elsewhere = files
      .get('api.ts')
      ?.replace(/import \{ auth .*\n/, '')
      .replace('{ server: auth,', "{ issuer: 'http://localhost:1', resource: 'http://localhost:3000/mcp',")
    const reader = await start(code, elsewhere)
    try {
      const response = await post(reader, call('whoami'), `Bearer ${foreign}`)
      const body = await response.text()
      expect([response.status, body.includes('invalid_token'), body.includes('user-1')]).toEqual([away, false, false])
      expect(response.headers.get('www-authenticate')).toBeNull()
    } finally {
      reader.leave()
    }
  },
)

it('the client of generation 1 that has a refresh token spends it in vain, as the page says', async () => {
  const reader = await start(files.get('guarded.ts'))
  try {
    const jar = new Jar(reader.origin)
    const ada = new McpUser(1, `${reader.origin}/mcp`, (url) => reader.logInAndAllow(url, jar), true)
    await ada.connect()
    await expect(ada.call('add_note')).rejects.toThrow('403 after trying upscoping')
    expect(ada.asked).toHaveLength(1)
    // It has lost nothing.
    expect(await ada.call('whoami')).toBe('user-1')
    const other = new McpUser(2, `${reader.origin}/mcp`, (url) => reader.logInAndAllow(url, jar), true)
    await other.connect()
    expect(await other.callAndAuthorize('add_note')).toBe('added with notes:read notes:write')
  } finally {
    reader.leave()
  }
})

it('the code of the page is TypeScript that a strict compiler accepts', async () => {
  const reader = await Reader.arrive(packages, packagesHere())
  try {
    const all = new Map([...files, ['auth.ts', auth], ['guarded-2.ts', on2(files.get('guarded.ts'))]])
    expect(await reader.typeCheck(all)).toBe('')
    expect(pageOf(page)).toContain('({ http }) => text(String(http?.authInfo?.extra?.subject))')
  } finally {
    reader.leave()
  }
})
