import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, test } from 'node:test'
import {
  Client,
  type OAuthClientProvider,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'

const probe = createServer().listen(0)
await once(probe, 'listening')
const { port } = probe.address() as AddressInfo
probe.close()
const url = `http://localhost:${port}`
Object.assign(process.env, { PORT: port, ISSUER: url, DATABASE: ':memory:' })

const { server } = await import('./server.js')
after(() => server.close())

const cookies = new Map<string, string>()

/** As a browser does it: keeps cookies, and follows redirects up to the next page, or to the client. */
async function browse(target: string, form?: Record<string, string>): Promise<{ url: string; html: string }> {
  if (target.startsWith(redirectUrl)) return { url: target, html: '' }
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
  const post = form && { method: 'POST', body: new URLSearchParams(form) }
  const response = await fetch(target, { ...post, headers: { cookie }, redirect: 'manual' })
  for (const line of response.headers.getSetCookie()) {
    const [name = '', value = ''] = line.split(/[=;]/)
    cookies.set(name, value)
  }
  const next = response.headers.get('location')
  return next ? browse(new URL(next, target).href) : { url: target, html: await response.text() }
}

/** Sends the form of a page, with its hidden fields and boxes as they are. */
function submit({ url, html }: { url: string; html: string }, fields: Record<string, string>) {
  const action = /action="([^"]*)"/.exec(html)?.[1] ?? ''
  const own = html.matchAll(/type="(?:hidden|checkbox)" name="([^"]*)" value="([^"]*)"/g)
  const form = Object.fromEntries([...own].map(([, name, value]) => [name, value]))
  return browse(new URL(action, url).href, { ...form, ...fields })
}

const redirectUrl = 'http://localhost:33418/callback'

/** A client that nobody has registered, of a person who agrees to whatever it asks. */
class Person implements OAuthClientProvider {
  readonly redirectUrl = redirectUrl
  readonly clientMetadata = { client_name: 'A test', redirect_uris: [redirectUrl], token_endpoint_auth_method: 'none' }
  /** The scope of each request. */
  readonly asked: string[] = []
  #client: StoredOAuthClientInformation | undefined
  #tokens: StoredOAuthTokens | undefined
  #verifier = ''
  #answer: Promise<URL> | undefined
  clientInformation() {
    return this.#client
  }
  saveClientInformation(client: StoredOAuthClientInformation) {
    this.#client = client
  }
  tokens() {
    return this.#tokens
  }
  saveTokens(tokens: StoredOAuthTokens) {
    this.#tokens = tokens
  }
  codeVerifier() {
    return this.#verifier
  }
  saveCodeVerifier(verifier: string) {
    this.#verifier = verifier
  }
  redirectToAuthorization(request: URL) {
    this.asked.push(request.searchParams.get('scope') ?? '')
    this.#answer = this.#agree(request.href)
  }
  answer() {
    return this.#answer
  }
  async #agree(request: string) {
    let page = await browse(request)
    if (/name="password"/.test(page.html)) page = await submit(page, { username: 'ada', password: 'analytical-engine' })
    return new URL((await submit(page, { decision: 'allow' })).url)
  }
}

test('nobody gets in without a token, and is told where to get one', async () => {
  const response = await fetch(`${url}/mcp`, { method: 'POST', body: '{}' })
  assert.equal(response.status, 401)
  const challenge = response.headers.get('www-authenticate') ?? ''
  assert.match(challenge, new RegExp(`resource_metadata="${url}/.well-known/oauth-protected-resource/mcp"`))
})

test('a client that nobody has registered connects, reads, and asks for more when it wants to write', async () => {
  const person = new Person()
  const newTransport = () => new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { authProvider: person })
  let client = new Client({ name: 'test', version: '1.0.0' })
  let transport = newTransport()

  /** What the client does, and once more when the person has agreed. */
  async function withConsent<Result>(act: () => Promise<Result>): Promise<Result> {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error
      const answer = await person.answer()
      assert.ok(answer)
      await transport.finishAuth(answer.searchParams)
      return act()
    }
  }
  await withConsent(async () => {
    client = new Client({ name: 'test', version: '1.0.0' })
    const used = transport
    transport = newTransport()
    await client.connect(used)
    transport = used
  })
  const { tools } = await client.listTools()
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['list_notes', 'find_notes', 'add_note'],
  )
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const { content } = await client.callTool({ name, arguments: args })
    return content
  }
  const says = (text: string) => [{ type: 'text', text }]
  assert.deepEqual(await call('list_notes'), says('There are no notes.'))
  assert.deepEqual(await withConsent(() => call('add_note', { text: 'Buy milk' })), says('Added.'))
  assert.deepEqual(await call('find_notes', { text: 'milk' }), says('Buy milk'))
  assert.deepEqual(person.asked, ['notes:read', 'notes:read notes:write'])
})
