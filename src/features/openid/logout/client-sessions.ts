/**
 * Where somebody is logged in with this account: a record for each client that wants to learn of logouts, in each session. The same record is what is
 * owed to the client after the logout, until it is told; so a new login there takes it back by itself.
 *
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutRPs OpenID Connect Back-Channel Logout §2.3}
 * @module
 */

import type { Client } from '../../../clients/client.js'
import type { Deployment } from '../../../deployment/deployment.js'
import type { Here } from '../../../deployment/here.js'
import { Unavailable } from '../../../edge/errors.js'
import { encodeBase64url } from '../../../runtime/hash.js'
import { eachOf } from '../../../runtime/turn.js'
import { pagesOf, type Repository, repository, type Versioned } from '../../../storage/repositories.js'
import { pairwiseProof } from '../pairwise.js'
import { backChannelUriOf } from './fields.js'

/** All times are in epoch milliseconds. */
export interface ClientSession {
  readonly id: string
  readonly issuer: string
  readonly clientId: string
  readonly subject: string
  /** As the client knew them when they logged in there. */
  readonly sub: string
  /** What the client's ID tokens call the session. */
  readonly sid: string
  /** Digests: of the app's session, where that has an id, else of the browser; and of the browser. */
  readonly session: string
  readonly browser: string
  /** `open` logged in there · `owed` logged out here, and the client does not know · `over` it has been told, or nobody tries any more. */
  readonly status: 'open' | 'owed' | 'over'
  /** When that was so first; for an open one, when it was written down last. */
  readonly since: number
  /** Of an owed one: when it is worth a try, and how many there were. */
  readonly dueAt: number
  readonly tries: number
  readonly expiresAt: number
}

export interface ClientSessions {
  readonly records: Repository<ClientSession>
  /** Somebody logs in at a client. @returns the `sid` of the ID tokens */
  begin(client: Client, here: Here): Promise<string>
  /** How the ID tokens of a client call the session of a login. */
  sidOf(client: Client, here: Here): Promise<string>
  /** From now on the clients are owed the news. @param here the browser that is logged out; null for all */
  end(subject: string, here: Here | null): Promise<void>
  /** Those that are owed, at most `most`. */
  owed(most: number): Promise<readonly ClientSession[]>
  /** Nothing is owed any more. */
  close(session: Versioned<ClientSession>): Promise<void>
}

/** How long a login may last where its app does not say. */
const USUAL_LIFETIME = 90 * 86_400_000
/** How long a client that cannot be reached is tried. */
export const PATIENCE = 86_400_000

export function clientSessions(deployment: Deployment): ClientSessions {
  const { now, randomBytes, recordId, settings, storage, users } = deployment
  const { issuer } = settings
  const lifetime = users.sessionLifetime ?? USUAL_LIFETIME
  // Nobody is called like that.
  const queue = recordId('owed logouts', '')
  const records = repository<ClientSession>(
    storage,
    { now, randomBytes, patience: settings.storageTimeout },
    {
      kind: 'pointer',
      id: ({ id }) => id,
      subject: ({ status, subject }) => (status === 'owed' ? queue : subject),
      clientId: ({ clientId }) => clientId,
      expiresAt: ({ expiresAt }) => expiresAt,
      belongs: (value) => value.issuer === issuer,
    },
  )

  const browserOf = ({ browser, login }: Here) =>
    recordId('browser', JSON.stringify([login.subject, encodeBase64url(browser.secret)]))
  // The same browser with the same app's session, or where that has no id, the browser.
  const sessionOf = (here: Here) => {
    const { subject, sessionId } = here.login
    return sessionId === undefined ? browserOf(here) : recordId('session of', JSON.stringify([subject, sessionId]))
  }
  // An app's ids of sessions may be easy to guess. From a pairwise client's nobody gets to other clients' even so.
  const sidIn = async (session: string, client: Client) =>
    recordId('sid', JSON.stringify([session, client.client_id, ...(await pairwiseProof(client, session, deployment))]))

  /** @param next what is to be stored in place of what is there; null to leave it. */
  async function change(id: string, next: (now: ClientSession | undefined) => ClientSession | null): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await records.get(id)
      const wanted = next(found?.value)
      if (!wanted || (await (found ? records.replace(wanted, found.version) : records.insert(wanted)))) return
    }
    throw new Unavailable(`The session ${id} is written by too many requests at once.`)
  }

  return {
    records,
    sidOf: (client, here) => sidIn(sessionOf(here), client),
    async begin(client, here) {
      const session = sessionOf(here)
      const sid = await sidIn(session, client)
      if (backChannelUriOf(client) === undefined) return sid
      const id = recordId('client session', sid)
      const sub = await deployment.knownAs(client, here.login.subject)
      const browser = browserOf(here)
      await change(id, (found) => {
        const at = now()
        // Not every login is written down: what matters is that the record outlasts the session.
        const isNoted = found?.status === 'open' && found.browser === browser && found.sub === sub
        if (isNoted && at - found.since < lifetime / 24) return null
        return {
          ...{ id, issuer, clientId: client.client_id, subject: here.login.subject, sub, sid, session, browser },
          ...{ status: 'open', since: at, dueAt: 0, tries: 0, expiresAt: at + lifetime + lifetime / 24 },
        }
      })
      return sid
    },
    async end(subject, here) {
      const browser = here && browserOf(here)
      const session = here && sessionOf(here)
      for await (const page of pagesOf(records, subject)) {
        const ended = page.filter(
          (one) => one.status === 'open' && (!here || one.browser === browser || one.session === session),
        )
        await eachOf(ended, ({ id }) =>
          change(id, (found) => {
            const at = now()
            const owed = { status: 'owed', since: at, dueAt: at, tries: 0, expiresAt: at + 2 * PATIENCE } as const
            return found?.status === 'open' ? { ...found, ...owed } : null
          }),
        )
      }
    },
    async owed(most) {
      const all: ClientSession[] = []
      for await (const page of pagesOf(records, queue)) {
        all.push(...page.filter(({ status }) => status === 'owed'))
        if (all.length >= most) break
      }
      return all
    },
    async close({ value, version }) {
      const at = now()
      // Not removed, which would take a new login with it that has just been written down.
      await records.replace({ ...value, status: 'over', since: at, expiresAt: at }, version)
    },
  }
}

/** Each takes a swap that somebody else has won. */
const ATTEMPTS = 5
