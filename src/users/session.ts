/**
 * The browser's login at this server, kept in the storage. The browser holds 256 random bits in a cookie; the store holds
 * digests only. Every login gets a new session and ends the one before, so none can be planted in advance.
 *
 * @module
 */
import { cookieJar } from '../edge/cookies.js'
import { Unavailable } from '../edge/errors.js'
import type { HttpRequest } from '../edge/message.js'
import { digest, encodeBase64url } from '../runtime/hash.js'
import { eachOf } from '../runtime/turn.js'
import { pagesOf, repository } from '../storage/repositories.js'
import type { UserServices } from './services.js'

export interface Session {
  /** Made of the cookie's digest: fit for logs and forms. */
  readonly id: string
  readonly issuer: string
  readonly subject: string
  /** The name that the user logged in with. */
  readonly displayName: string
  readonly amr: readonly string[]
  /** When the user proved who they are, in epoch milliseconds, as all times here. */
  readonly authenticatedAt: number
  readonly createdAt: number
  /** The last visit, to 1/24 of the idle lifetime. */
  readonly seenAt: number
}

type SetCookie = readonly ['set-cookie', string]

export interface Sessions {
  /** The session of this browser when it is still alive. Counts as a visit. */
  current(request: HttpRequest): Promise<Session | null>
  /** Logs somebody in: a new session, in place of the one this browser had. */
  start(request: HttpRequest, login: Pick<Session, 'subject' | 'displayName' | 'amr'>): Promise<SetCookie>
  /** Logs this browser out. */
  end(request: HttpRequest): Promise<SetCookie>
  /** Logs a user out everywhere. */
  endAll(subject: string): Promise<void>
}

/** Both in milliseconds. */
export interface SessionLifetimes {
  /** A session without a visit for this long is over (or up to 1/24 of it earlier, because not every visit is written down). */
  readonly idle: number
  /** However often it is visited, a session is over after this long. */
  readonly absolute: number
}

export function sessionsIn(services: UserServices, lifetimes: SessionLifetimes): Sessions {
  const { issuer, storage, now, randomBytes, recordId } = services
  const cookie = cookieJar(issuer, 'session')
  const endOf = ({ createdAt, seenAt }: Session) => Math.min(seenAt + lifetimes.idle, createdAt + lifetimes.absolute)
  const records = repository<Session>(storage, services, {
    kind: 'session',
    id: (session) => session.id,
    subject: (session) => session.subject,
    expiresAt: endOf,
    belongs: (session) => session.issuer === issuer,
  })
  const idOf = (secret: string) => recordId('session', digest(secret))

  /** The id of the session that the cookie names, whether there is one or not. */
  function named(request: HttpRequest): string | null {
    const secret = cookie.read(request)
    return secret !== null && /^[A-Za-z0-9_-]{43}$/.test(secret) ? idOf(secret) : null
  }

  return {
    async current(request) {
      const id = named(request)
      const found = id === null ? null : await records.get(id)
      const at = now()
      if (!found || at >= endOf(found.value)) return null
      if (at - found.value.seenAt <= lifetimes.idle / 24) return found.value
      const touched = { ...found.value, seenAt: at }
      // A touch that is lost costs at most one visit.
      await records.replace(touched, found.version).catch(ignoreUnavailable)
      return touched
    },
    async start(request, { subject, displayName, amr }) {
      const secret = encodeBase64url(randomBytes(32))
      const at = now()
      const times = { authenticatedAt: at, createdAt: at, seenAt: at }
      const session = { id: idOf(secret), issuer, subject, displayName, amr, ...times }
      if (!(await records.insert(session))) throw new Error('randomBytes gave the same bytes twice')
      const before = named(request)
      if (before !== null) await records.remove(before)
      return cookie.write(secret)
    },
    async end(request) {
      const id = named(request)
      if (id !== null) await records.remove(id)
      return cookie.clear()
    },
    async endAll(subject) {
      // A listing may lag behind the writes, so one that shows nothing is the only end.
      for (let pass = 0; pass < MAX_PASSES; pass++) {
        let removed = 0
        for await (const page of pagesOf(records, subject)) {
          await eachOf(page, ({ id }) => records.remove(id))
          removed += page.length
        }
        if (removed === 0) return
      }
      throw new Unavailable('The storage goes on listing sessions that were removed.')
    },
  }
}

const MAX_PASSES = 50

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof Unavailable)) throw error
}
