/**
 * Tells clients that somebody has logged out, server to server. Whoever finds that one is owed the news claims it with a swap, for as long as a try may
 * take; so several instances share the work, and what one leaves undone another does.
 *
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html OpenID Connect Back-Channel Logout 1.0}
 * @module
 */
import { seconds } from '../../../access-token/claims.js'
import type { Client } from '../../../clients/client.js'
import { reasonOf } from '../../../guarded-fetch/fetching.js'
import type { Posting } from '../../../guarded-fetch/posting.js'
import { signJws } from '../../../keys/jws.js'
import type { Deployed } from '../../../points/tables.js'
import { encodeBase64url } from '../../../runtime/hash.js'
import { eachOf } from '../../../runtime/turn.js'
import { idTokenAlgorithmOf } from '../client-fields.js'
import type { OpenIdSettings } from '../options.js'
import { tooMany, waitAfter } from '../rules/logout-attempts.js'
import { type ClientSession, type ClientSessions, PATIENCE } from './client-sessions.js'
import { backChannelUriOf } from './fields.js'

/** Most that are owed at a time. */
const MOST_OWED = 1_000
/** A claim is good for longer than a try takes. */
const CLAIM = 30_000
/** A client that did not answer is left alone for so long, by this instance. */
const REST = 10_000
/** What has not begun by then is left for the next round, which looks again at what is due. */
const ROUND = 20_000
/** Seconds for which a logout token is good: it is sent at once. */
const LIFETIME = 120

export interface BackChannel {
  readonly deployment: Deployed
  readonly settings: OpenIdSettings
  readonly sessions: ClientSessions
  readonly posting: Posting
}

/**
 * Tells whoever is due. Several hosts at a time, and of each one after the other; a client that fails waits for the next time, so that it keeps nobody.
 *
 * @returns milliseconds until something is due; null when nothing is owed.
 */
export async function deliverLogouts(channel: BackChannel): Promise<number | null> {
  const { deployment, sessions } = channel
  const { now } = deployment
  const owed = await sessions.owed(MOST_OWED + 100)
  const excess = new Set(tooMany(owed, MOST_OWED))
  for (const session of excess) await giveUp(channel, session, `More than ${MOST_OWED} logouts are owed.`)
  const hosts = new Map<string, { readonly session: ClientSession; readonly client: Client; readonly url: string }[]>()
  const at = now()
  let next: number | null = null
  const dueIn = (wait: number) => {
    next = Math.min(next ?? wait, wait)
  }
  // What was never tried comes first: nobody waits for those that fail again and again.
  for (const session of [...owed].sort((one, other) => one.tries - other.tries)) {
    if (excess.has(session)) continue
    if (session.dueAt > at) {
      dueIn(session.dueAt - at)
      continue
    }
    const client = await deployment.clients.find(session.clientId)
    const url = client ? backChannelUriOf(client) : undefined
    if (!client || url === undefined) {
      // Nobody wants to know any more.
      const stored = await sessions.records.get(session.id)
      if (stored) await sessions.close(stored)
      continue
    }
    const host = URL.canParse(url) ? new URL(url).host : url
    hosts.set(host, [...(hosts.get(host) ?? []), { session, client, url }])
  }
  await eachOf(hosts.values(), async (all) => {
    const resting = new Set<string>()
    for (const { session, client, url } of all) {
      // Not the whole host: anybody may register an address there that is none.
      if (resting.has(client.client_id)) continue
      if (now() - at >= ROUND) return dueIn(0)
      const wait = await tell(channel, session, client, url)
      if (wait === null) continue
      dueIn(Math.min(wait, REST))
      resting.add(client.client_id)
    }
  })
  return next
}

/** @returns null when the client knows, or somebody else sees to it; else after how many milliseconds it is tried again. */
async function tell(
  { deployment, settings, sessions, posting }: BackChannel,
  { id }: ClientSession,
  client: Client,
  url: string,
): Promise<number | null> {
  const { emit, now } = deployment
  const { records } = sessions
  const found = await records.get(id)
  if (found?.value.status !== 'owed' || found.value.dueAt > now()) return null
  const { value } = found
  const tries = value.tries + 1
  const claimed = await records.replace({ ...value, tries, dueAt: now() + CLAIM }, found.version)
  if (!claimed) return null
  // What is wrong with one client keeps no other.
  const problem = await logoutToken(deployment, settings, client, value).then(
    (logout_token) => posting.post(url, { logout_token }),
    (cause) => `no logout token can be made: ${reasonOf(cause)}`,
  )
  const told = { type: 'client_logged_out', clientId: value.clientId, subject: value.subject } as const
  if (problem === null) {
    await sessions.close(claimed)
    emit({ ...told, outcome: 'told', hint: undefined })
    return null
  }
  const hint = `${url} was told without success (try ${tries}): ${problem}.`
  const wait = waitAfter(tries)
  if (now() + wait > value.since + PATIENCE) {
    await sessions.close(claimed)
    emit({ ...told, outcome: 'given_up', hint })
    return null
  }
  await records.replace({ ...claimed.value, dueAt: now() + wait }, claimed.version)
  emit({ ...told, outcome: 'failed', hint })
  return wait
}

async function giveUp(
  { deployment, sessions }: BackChannel,
  { id, clientId, subject }: ClientSession,
  hint: string,
): Promise<void> {
  const found = await sessions.records.get(id)
  if (found?.value.status !== 'owed') return
  await sessions.close(found)
  deployment.emit({ type: 'client_logged_out', clientId, subject, outcome: 'given_up', hint })
}

/** §2.4. The type keeps it from passing for an ID token, and a nonce is prohibited. */
async function logoutToken(
  deployment: Deployed,
  settings: OpenIdSettings,
  client: Client,
  { sub, sid }: ClientSession,
): Promise<string> {
  const { keyring, now, randomBytes } = deployment
  const iat = seconds(now())
  const claims = {
    iss: deployment.settings.issuer,
    sub,
    aud: client.client_id,
    iat,
    exp: iat + LIFETIME,
    jti: encodeBase64url(randomBytes(16)),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    sid,
  }
  return signJws(await keyring.current(idTokenAlgorithmOf(client, settings)), 'logout+jwt', JSON.stringify(claims))
}
