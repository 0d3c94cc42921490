/**
 * Sessions of the demo client: which browser it is, its tokens, and its journal. They are in the client's own database, so
 * that one can stop the playground in the middle, start it again, and go on with the same tokens.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { Request, Response } from 'express'
import type { Database } from 'libsql'
import { type Chapter, type Journal, openJournal } from './journal.js'

export interface ClientState {
  /** The login that this browser has begun and not yet finished. */
  login: { readonly state: string; readonly verifier: string; readonly chapter: number } | null
  tokens: { readonly access_token: string; readonly refresh_token: string; readonly scope: string } | null
  /** The refresh token before the current one. From `replayAt` on (epoch milliseconds), presenting it ends the grant. */
  spent: { readonly refresh_token: string; readonly replayAt: number } | null
  /** Whether the answer to the newest login was a no. Absent: not, or it was before this was kept. */
  denied?: boolean
  /** The chapter of a page of the server that this browser has opened for itself, after any login in `login`. Absent or null: none. */
  visit?: number | null
  /** What the client believes. */
  grant: 'none' | 'active' | 'ended'
  /** The client's own access token, for which no user was asked. */
  serviceToken: string | null
}

export interface Session {
  readonly id: string
  state: ClientState
  journal: Journal
}

export type Sessions = ReturnType<typeof openSessions>

const noTokens: ClientState = { login: null, tokens: null, spent: null, grant: 'none', serviceToken: null }

export function openSessions(database: Database, port: number) {
  database.exec('CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, document TEXT)')
  const select = database.prepare('SELECT document FROM sessions WHERE id = ?')
  const upsert = database.prepare('INSERT OR REPLACE INTO sessions (id, document) VALUES (?, ?)')
  const live = new Map<string, Session>()
  const changes = new EventEmitter().setMaxListeners(0)
  // Cookies do not know ports: without it, two playgrounds on one machine would take each other's sessions away.
  const cookie = `playground-${port}`

  function make(id: string, state: ClientState, chapters: Chapter[]): Session {
    const session = { id, state, journal: openJournal(chapters, (chapter) => changes.emit(id, chapter)) }
    live.set(id, session)
    return session
  }

  function load(id: string): Session | undefined {
    const row = select.get(id) as { document: string } | undefined
    if (!row) return undefined
    const { state, chapters } = JSON.parse(row.document)
    return make(id, state, chapters)
  }

  /** The session that a `Cookie` header names. */
  function find(header: string | undefined): Session | undefined {
    const id = new RegExp(`(?:^|; )${cookie}=([\\w-]{43})`).exec(header ?? '')?.[1]
    return id ? (live.get(id) ?? load(id)) : undefined
  }

  return {
    find,
    /** The browser's session, a new one if it has none. */
    open(req: Request, res: Response): Session {
      const found = find(req.headers.cookie)
      if (found) return found
      const session = make(randomBytes(32).toString('base64url'), noTokens, [])
      res.cookie(cookie, session.id, { httpOnly: true, sameSite: 'lax' })
      return session
    },
    save({ id, state, journal }: Session): void {
      upsert.run(id, JSON.stringify({ state, chapters: journal.chapters }))
    },
    reset(session: Session): void {
      session.state = noTokens
      session.journal.chapters.length = 0
      this.save(session)
    },
    /** Calls `listener` with every chapter that changes. Returns what ends that. */
    watch({ id }: Session, listener: (chapter: Chapter) => void): () => void {
      changes.on(id, listener)
      return () => changes.off(id, listener)
    },
  }
}
