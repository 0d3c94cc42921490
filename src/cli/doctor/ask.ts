/**
 * The requests of clients and of the browser beside them, as they are sent.
 *
 * @module
 */
import type { Asked } from './exchange.js'

/** How doctor calls itself where clients say their name. */
const USER_AGENT = 'grantwright-doctor'

/** The origin of a client that runs in a browser, such as MCP Inspector. */
export const BROWSER_ORIGIN = 'http://localhost:6274'

/** The revision of MCP that doctor plays. */
const PROTOCOL_VERSION = '2026-07-28'

const common = { 'user-agent': USER_AGENT }

export const getJson = (url: string): Asked => ({
  method: 'GET',
  url,
  headers: { ...common, accept: 'application/json', 'mcp-protocol-version': PROTOCOL_VERSION },
})

/** The first request of every MCP client, without a token. */
export const initialize = (url: string): Asked => ({
  method: 'POST',
  url,
  headers: {
    ...common,
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    'mcp-protocol-version': PROTOCOL_VERSION,
  },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: PROTOCOL_VERSION,
      capabilities: {},
      clientInfo: { name: USER_AGENT, version: '1' },
    },
  }),
})

export const postJson = (url: string, body: unknown): Asked => ({
  method: 'POST',
  url,
  headers: { ...common, accept: 'application/json', 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

export const postForm = (url: string, fields: Readonly<Record<string, string>>): Asked => ({
  method: 'POST',
  url,
  headers: { ...common, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
})

/** As a browser goes to a page whose link is on another site. */
export const visitPage = (url: string, cookies: string): Asked => ({
  method: 'GET',
  url,
  headers: {
    ...common,
    accept: 'text/html,application/xhtml+xml',
    'accept-language': 'en',
    'sec-fetch-dest': 'document',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-site': 'cross-site',
    'sec-fetch-user': '?1',
    'upgrade-insecure-requests': '1',
    ...(cookies === '' ? {} : { cookie: cookies }),
  },
})

/** What a browser asks before a script's request goes out. */
export const preflightOf = (url: string, method: 'GET' | 'POST', headers: readonly string[]): Asked => ({
  method: 'OPTIONS',
  url,
  headers: {
    ...common,
    origin: BROWSER_ORIGIN,
    'access-control-request-method': method,
    'access-control-request-headers': [...headers].sort().join(','),
  },
})

/** The same request, by a script of a page. */
export const byScript = (asked: Asked): Asked => ({ ...asked, headers: { ...asked.headers, origin: BROWSER_ORIGIN } })

/** RFC 7592 §2.3. */
export const removeClient = (url: string, token: string): Asked => ({
  method: 'DELETE',
  url,
  headers: { ...common, authorization: `Bearer ${token}` },
})
