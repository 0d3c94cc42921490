/**
 * A client of doctor's own, for clients whose registration was only asked about: nobody has an id then with which to come to the authorization endpoint.
 * It is registered with the redirect URIs of all of them, once in a run, because a server counts what is written and real clients need that room; and
 * removed again.
 *
 * @module
 */
import { arrive } from './arrive.js'
import { type Json, jsonOf, told } from './exchange.js'
import type { Probe } from './probe.js'
import { type Registration, registerAnew, takeBack } from './register.js'
import { type Removal, stringOf, stringsOf, type World } from './world.js'

export interface StoodIn {
  /** The same, in the same order. */
  readonly worlds: readonly World[]
  /** Of the stand-in; null where there was none. */
  readonly removal: Removal | null
}

/** Lets the clients whose dry run was taken arrive after all, where the server says that what is registered can be removed again. */
export async function standIn(worlds: readonly World[], probe: Probe): Promise<StoodIn> {
  const first = worlds.find(isWaiting)
  if (!first) return { worlds, removal: null }
  const { server } = first.met
  if (server.registration_management_supported !== true) {
    return {
      worlds: worlds.map(untried('the server does not say that what is registered can be removed')),
      removal: null,
    }
  }
  const registration = await registerAnew(probe, server, requestOf(worlds.filter(isWaiting)))
  const answer = registration && jsonOf(registration.exchange)
  const clientId = stringOf(answer?.client_id)
  if (!registration || !answer || clientId === undefined) {
    const why = registration ? told(registration.exchange) : 'there is no registration endpoint'
    return { worlds: worlds.map(untried(`no client could be registered for it: ${why}`)), removal: null }
  }
  return visited(worlds, probe, { registration, answer, clientId })
}

interface Stand {
  readonly registration: Registration
  readonly answer: Json
  readonly clientId: string
}

async function visited(worlds: readonly World[], probe: Probe, stand: Stand): Promise<StoodIn> {
  const { registration, answer, clientId } = stand
  const done: World[] = []
  let removal: Removal | undefined
  try {
    const kept = stringsOf(answer.redirect_uris) ?? registration.request.redirect_uris
    for (const world of worlds) {
      // What is not the stand-in's cannot be tried with it, and tells nothing about the client.
      const redirectUris = isWaiting(world) ? takenOf(world).filter((uri) => kept.includes(uri)) : []
      done.push(redirectUris.length === 0 ? world : await arrived(world, probe, clientId, redirectUris))
    }
  } finally {
    removal = await takeBack(probe, registration)
  }
  return { worlds: done, removal }
}

async function arrived(world: World, probe: Probe, clientId: string, redirectUris: readonly string[]): Promise<World> {
  const before = probe.exchanges.length
  const arrival = await arrive(probe, { ...world, clientId, redirectUris })
  return { ...world, ...arrival, clientId, exchanges: [...world.exchanges, ...probe.exchanges.slice(before)] }
}

const isWaiting = ({ registered, clientId }: World): boolean =>
  clientId === undefined && registered?.dryRun === true && jsonOf(registered.exchange) !== null

const untried =
  (why: string) =>
  (world: World): World =>
    isWaiting(world) ? { ...world, untried: why } : world

/** The redirect URIs that the dry run has taken. */
function takenOf({ registered }: World): readonly string[] {
  if (!registered) return []
  const kept = stringsOf(jsonOf(registered.exchange)?.redirect_uris)
  return registered.request.redirect_uris.filter((uri) => !kept || kept.includes(uri))
}

const requestOf = (waiting: readonly World[]) => ({
  client_name: 'grantwright doctor',
  redirect_uris: [...new Set(waiting.flatMap(takenOf))],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  registration_management: true,
})
