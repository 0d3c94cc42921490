/**
 * Finding out what a URL is: an MCP endpoint, or the issuer of an authorization server.
 *
 * @module
 */
import { getJson, initialize } from './ask.js'
import { jsonOf, statusOf } from './exchange.js'
import type { Probe } from './probe.js'
import { stringOf, type Target } from './world.js'
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
  return path === '' ? issuer : mcp
}

/** The same place, whatever the spelling: which one is right is for the checks. */
function isSame(one: string, other: string): boolean {
  const plain = (url: string) => (URL.canParse(url) ? new URL(url).href.replace(/\/$/, '') : url)
  return plain(one) === plain(other)
}
