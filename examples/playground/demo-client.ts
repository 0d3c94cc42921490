/**
 * The web app that wants to use the notes API: the routes that its own pages call. The browser never sees a token of it in
 * real life; here the page shows everything, because that is what it is for.
 *
 * @module
 */
import { type Request, type Response, Router, text } from 'express'
import type { Clients } from './clients.js'
import { type Chapter, headersOf, type Outcome } from './journal.js'
import type { Session, Sessions } from './sessions.js'
import * as steps from './steps.js'

export interface DemoClientOptions {
  readonly issuer: string
  readonly clients: Clients
  readonly sessions: Sessions
  readonly now: () => number
}

export function demoClient({ issuer, clients, sessions, now }: DemoClientOptions) {
  const app = Router()
  // As text, so that the page can show forms as they came.
  app.use(text({ type: 'application/x-www-form-urlencoded' }))
  // Tokens are in what it answers.
  app.use((_req, res, next) => {
    res.set('cache-control', 'no-store')
    next()
  })

  app.post('/login', async (req, res) => {
    const session = sessions.open(req, res)
    const chapter = session.journal.begin('login')
    begin(session, chapter, req, res)
    const form = new URLSearchParams(req.body)
    const wish: Record<string, string> = {}
    for (const name of ['scope', 'prompt']) {
      if (form.has(name)) wish[name] = form.getAll(name).join(' ')
    }
    const turn = { session, chapter, issuer, clients, now }
    const url = await steps.startLogin(turn, wish).catch((error: unknown) => {
      session.journal.conclude(chapter, trouble(error))
      return '/'
    })
    res.redirect(303, url)
  })

  app.get('/callback', async (req, res) => {
    const session = sessions.open(req, res)
    const begun = session.state.login?.chapter
    const chapter = session.journal.chapters.find(({ id }) => id === begun) ?? session.journal.begin('login')
    begin(session, chapter, req, res)
    const answer = new URL(req.originalUrl, issuer)
    await conclude(session, chapter, (turn) => steps.finishLogin(turn, answer))
    res.redirect(303, '/')
  })

  const step = (name: string, run: (turn: steps.Turn) => Promise<Outcome>) =>
    app.post(`/${name}`, async (req, res) => {
      const session = sessions.open(req, res)
      const chapter = session.journal.begin(name)
      begin(session, chapter, req, res)
      await conclude(session, chapter, run)
      res.status(204).end()
    })
  step('read', (turn) => steps.callApi(turn, 'GET'))
  step('write', (turn) => steps.callApi(turn, 'POST'))
  step('introspect', steps.introspect)
  step('refresh', steps.refresh)
  step('retry', steps.presentSpent)
  step('replay', steps.presentSpent)
  step('revoke', steps.revoke)
  step('service', steps.clientCredentials)

  /** Pages of the server for the person alone: the client only links to them, and is told nothing of what is done there. */
  for (const page of ['apps', 'logout']) {
    app.post(`/${page}`, (req, res) => {
      const session = sessions.open(req, res)
      const chapter = session.journal.begin(page)
      steps.startVisit({ session, chapter })
      begin(session, chapter, req, res)
      res.redirect(303, `${issuer}/oauth/${page}`)
    })
  }

  app.post('/reset', (req, res) => {
    sessions.reset(sessions.open(req, res))
    res.redirect(303, '/')
  })

  /** Everything so far, then every change as it happens (server-sent events). */
  app.get('/events', (req, res) => {
    const session = sessions.open(req, res)
    res.set('content-type', 'text/event-stream').flushHeaders()
    const send = (chapters: readonly Chapter[], all = false) => {
      const { login: _, ...state } = session.state
      res.write(`data: ${JSON.stringify({ now: now(), state, chapters, all })}\n\n`)
    }
    send(session.journal.chapters, true)
    res.on(
      'close',
      sessions.watch(session, (chapter) => send([chapter])),
    )
  })

  /** The browser's own request to the client belongs into the picture, too. */
  function begin(session: Session, chapter: Chapter, req: Request, res: Response): void {
    const answered = session.journal.note(chapter, 'browser', 'client', {
      method: req.method,
      url: issuer + req.originalUrl,
      headers: headersOf(req.headers),
      body: req.body ?? '',
    })
    res.on('finish', () => {
      answered({ status: res.statusCode, headers: headersOf(res.getHeaders()), body: '' })
      sessions.save(session)
    })
  }

  /** Takes a step to its end; whatever goes wrong is told on the page. */
  async function conclude(session: Session, chapter: Chapter, run: (turn: steps.Turn) => Promise<Outcome>) {
    session.journal.conclude(chapter, await run({ session, chapter, issuer, clients, now }).catch(trouble))
  }

  return {
    routes: app,
    /** Something was done on the page `apps` or `logout` of the server: what does the client notice of it? */
    async afterVisit(session: Session, chapter: Chapter, page: string): Promise<void> {
      await conclude(session, chapter, page === 'apps' ? steps.afterApps : steps.afterLogout)
      sessions.save(session)
    },
  }
}

const trouble = (error: unknown): Outcome => ({
  tone: 'bad',
  text: error instanceof Error ? error.message : String(error),
})
