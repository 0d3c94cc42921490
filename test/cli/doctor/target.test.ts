/** What a URL is taken for. */
import { describe, expect, it } from 'vitest'
import type { Probe } from '../../../src/cli/doctor/probe.js'
import { findTarget } from '../../../src/cli/doctor/target.js'
import { exchange } from './world.js'

const HOST = 'https://example.com'
const resource = (name: string) => ({ resource: name, authorization_servers: [HOST] })

/** Answers with these documents, with a challenge at these URLs, else with 404 or what is given for a POST. */
function serving(
  documents: { readonly [url: string]: object },
  challenged: readonly string[] = [],
  otherwise: Parameters<typeof exchange>[0] = { status: 404 },
): Probe {
  return {
    exchanges: [],
    async send({ method, url }) {
      const headers = [['www-authenticate', 'Bearer']] as const
      if (method === 'POST')
        return exchange({ method, url, ...(challenged.includes(url) ? { status: 401, headers } : otherwise) })
      const body = documents[url]
      return body ? exchange({ url, body }) : exchange({ url, status: 404 })
    },
  }
}

const found = (url: string, ...served: Parameters<typeof serving>) => findTarget(url, serving(...served))
const kind = async (url: string, ...served: Parameters<typeof serving>) =>
  (await findTarget(url, serving(...served))).kind

it.each([
  ['/.well-known/oauth-authorization-server/auth'],
  ['/.well-known/openid-configuration/auth'],
  ['/auth/.well-known/openid-configuration'],
  ['/auth/.well-known/oauth-authorization-server'],
])('what has metadata at %s that name it is an issuer', async (path) => {
  expect(await kind(`${HOST}/auth`, { [HOST + path]: { issuer: `${HOST}/auth` } })).toBe('issuer')
  // Whether the slash is right is for the checks.
  expect(await kind(`${HOST}/auth`, { [HOST + path]: { issuer: `${HOST}/auth/` } })).toBe('issuer')
  // A host may say the same at every path.
  expect(await kind(`${HOST}/auth`, { [HOST + path]: { issuer: HOST } })).toBe('mcp')
})

it('what has metadata of a resource is an MCP endpoint, also beside an issuer at the same host', async () => {
  const issuer = { [`${HOST}/.well-known/oauth-authorization-server`]: { issuer: HOST } }
  const root = `${HOST}/.well-known/oauth-protected-resource`
  expect(await kind(`${HOST}/mcp`, { ...issuer, [`${root}/mcp`]: resource(`${HOST}/mcp`) })).toBe('mcp')
  expect(await kind(HOST, { ...issuer, [root]: resource(`${HOST}/`) })).toBe('mcp')
  // The root form speaks of the endpoint below.
  expect(await kind(HOST, { ...issuer, [root]: resource(`${HOST}/mcp`) })).toBe('issuer')
})

it('what has neither is told by its challenge, and else by its path', async () => {
  expect(await kind(HOST, {}, [HOST])).toBe('mcp')
  expect(await kind(HOST, {})).toBe('issuer')
  expect((await found(HOST, {}, [], { status: 401 })).kind).toBe('mcp')
  expect((await found(HOST, {}, [], { status: 400, headers: [['www-authenticate', 'Bearer']] })).kind).toBe('mcp')
  expect(await kind(`${HOST}/mcp`, {})).toBe('mcp')
})

describe('what has neither', () => {
  const root = `${HOST}/.well-known/oauth-protected-resource`
  it('is doubted, and the MCP endpoint that the host has is named', async () => {
    const meant = { [root]: resource(`${HOST}/mcp`) }
    expect((await found(`${HOST}/mpc`, meant)).doubt).toBe(
      `There is no MCP endpoint at ${HOST}/mpc, as it seems. Did you mean ${HOST}/mcp?`,
    )
    expect((await found(`${HOST}/mpc`, {})).doubt).toContain('Is the path right?')
    // Nobody is sent to another host, and not to where they are.
    for (const other of ['https://evil.example/mcp', `${HOST}/mpc/`, 'nothing'])
      expect((await found(`${HOST}/mpc`, { [root]: resource(other) })).doubt, other).toContain('Is the path right?')
    expect((await found(HOST, {})).doubt).toContain(`Neither an authorization server nor an MCP endpoint is at ${HOST}`)
  })

  it('is doubted where a page for people answers, and not where something else does', async () => {
    const page = { status: 200, body: '<h1>Shop</h1>' }
    const json = { status: 200, body: { jsonrpc: '2.0' } }
    for (const url of [HOST, `${HOST}/mcp`]) {
      expect((await found(url, {}, [], page)).doubt, url).toMatch(/as it seems/)
      expect((await found(url, {}, [], json)).doubt, url).toBeUndefined()
      expect((await found(url, {}, [], { ...json, status: 500 })).doubt, url).toBeUndefined()
    }
  })

  it('is not doubted where there is a challenge, or metadata', async () => {
    expect((await found(`${HOST}/mcp`, {}, [`${HOST}/mcp`])).doubt).toBeUndefined()
    expect((await found(`${HOST}/mcp`, { [`${root}/mcp`]: resource(`${HOST}/mcp`) })).doubt).toBeUndefined()
  })
})
