/** What a URL is taken for. */
import { expect, it } from 'vitest'
import type { Probe } from '../../../src/cli/doctor/probe.js'
import { findTarget } from '../../../src/cli/doctor/target.js'
import { exchange } from './world.js'

const HOST = 'https://example.com'
const resource = (name: string) => ({ resource: name, authorization_servers: [HOST] })

/** Answers with these documents, with a challenge at these URLs, else with 404. */
function serving(documents: { readonly [url: string]: object }, challenged: readonly string[] = []): Probe {
  return {
    exchanges: [],
    async send({ method, url }) {
      const headers = [['www-authenticate', 'Bearer']] as const
      if (method === 'POST')
        return exchange({ method, url, ...(challenged.includes(url) ? { status: 401, headers } : { status: 404 }) })
      const body = documents[url]
      return body ? exchange({ url, body }) : exchange({ url, status: 404 })
    },
  }
}

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
  expect(await kind(`${HOST}/mcp`, {})).toBe('mcp')
})
