/**
 * Finding out what a URL is: an MCP endpoint, or the issuer of an authorization server.
 *
 * @module
 */
import { asciiLowerCase } from '../../protocol/ascii.js'
import { getJson, initialize } from './ask.js'
import { type Exchange, headerValues, jsonOf, short, statusOf } from './exchange.js'
import type { Probe } from './probe.js'
import { originOf, stringOf, type Target } from './world.js'
import { bearerOf } from './www-authenticate.js'

/**
 * An MCP endpoint has metadata of its own or a challenge; an issuer has metadata that name it. Where nothing tells, a bare host is an issuer and a
 * path an MCP endpoint.
 */
export async function findTarget(url: string, probe: Probe): Promise<Target> {
  const { origin, pathname } = new URL(url)
  const path = pathname.replace(/\/$/, '')
  const mcp: Target = { kind: 'mcp', url }
  const issuer: Target = { kind: 'issuer', url }

  const said = async (address: string, member: string) => stringOf(jsonOf(await probe.send(getJson(address)))?.[member])
  const resource = await said(`${origin}/.well-known/oauth-protected-resource${path}`, 'resource')
  // At a bare host these may be the metadata of a resource below it.
  if (resource !== undefined && (path !== '' || isSame(resource, url))) return mcp
  const forms = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}${path}/.well-known/oauth-authorization-server`,
  ]
  for (const form of new Set(forms)) {
    const named = await said(form, 'issuer')
    if (named !== undefined && isSame(named, url)) return issuer
  }
  const challenge = await probe.send(initialize(url))
  if (statusOf(challenge) === 401 || bearerOf(challenge)) return mcp
  const looksLikeNeither = statusOf(challenge) === 404 || isPage(challenge)
  if (path === '') {
    return looksLikeNeither
      ? {
          ...issuer,
          doubt: `Neither an authorization server nor an MCP endpoint is at ${short(url)}, as it seems. The URL of an MCP endpoint often has a path, such as /mcp.`,
        }
      : issuer
  }
  if (!looksLikeNeither) return mcp
  const other = await said(`${origin}/.well-known/oauth-protected-resource`, 'resource')
  const meant = other !== undefined && originOf(other) === origin && !isSame(other, url) ? other : undefined
  const seen = `There is no MCP endpoint at ${short(url)}, as it seems.`
  return { ...mcp, doubt: meant === undefined ? `${seen} Is the path right?` : `${seen} Did you mean ${short(meant)}?` }
}

/** A page for people, which no endpoint sends. */
const isPage = (exchange: Exchange): boolean =>
  headerValues(exchange, 'content-type').some((type) => asciiLowerCase(type).startsWith('text/html'))

/** The same place, whatever the spelling: which one is right is for the checks. */
function isSame(one: string, other: string): boolean {
  const plain = (url: string) => (URL.canParse(url) ? new URL(url).href.replace(/\/$/, '') : url)
  return plain(one) === plain(other)
}
