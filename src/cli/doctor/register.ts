/**
 * Registering as a client does, and taking back what was registered.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7592#section-2.3 RFC 7592 §2.3}
 * @module
 */
import type { RegistrationBody } from '../../known-clients/index.js'
import { postJson, removeClient } from './ask.js'
import { type Exchange, type Json, jsonOf, statusOf, told } from './exchange.js'
import type { Probe } from './probe.js'
import { originOf, type Removal, stringOf } from './world.js'

export interface Registration {
  readonly request: RegistrationBody
  readonly exchange: Exchange
  readonly dryRun: boolean
}

/** Only asks what would be registered where the server says that it can tell. */
export const register = (probe: Probe, server: Json, request: RegistrationBody): Promise<Registration | null> =>
  post(probe, server, request, server.registration_dry_run_supported === true)

/** Registers, whatever the server could tell without. */
export const registerAnew = (probe: Probe, server: Json, request: RegistrationBody): Promise<Registration | null> =>
  post(probe, server, request, false)

async function post(
  probe: Probe,
  server: Json,
  request: RegistrationBody,
  dryRun: boolean,
): Promise<Registration | null> {
  const endpoint = stringOf(server.registration_endpoint)
  if (endpoint === undefined || !URL.canParse(endpoint)) return null
  const url = new URL(endpoint)
  if (dryRun) url.searchParams.set('dry_run', '1')
  return { request, exchange: await probe.send({ ...postJson(url.href, request), anew: true }), dryRun }
}

/** Removes what was registered, where the server has given the means to. */
export async function takeBack(probe: Probe, { exchange }: Registration): Promise<Removal> {
  const answer = jsonOf(exchange)
  const client_id = stringOf(answer?.client_id)
  if (client_id === undefined) return { state: 'nothing' }
  const left = (why: string): Removal => ({ state: 'left', client_id, why })
  const uri = stringOf(answer?.registration_client_uri)
  const token = stringOf(answer?.registration_access_token)
  if (uri === undefined || token === undefined) return left('the server gave no registration access token')
  // The token is the server's, and nobody else gets it.
  if (originOf(uri) === null || originOf(uri) !== originOf(exchange.asked.url)) {
    return left('registration_client_uri is at another origin')
  }
  const removed = await probe.send(removeClient(uri, token))
  const status = statusOf(removed)
  // RFC 7592 §2.3: 204. A second DELETE finds nothing any more.
  return status !== null && (status < 300 || status === 404 || status === 401)
    ? { state: 'removed' }
    : left(told(removed))
}
