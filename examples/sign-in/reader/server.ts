import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import express from 'express'
import { host, provider, reader } from '../settings.js'
import { endSession, isEnded } from '../shared/ended-sessions.js'
import { logoutTokenReader } from '../shared/logout-tokens.js'

const app = express()
app.use((_req, res, next) => {
  const policy = `default-src 'self'; img-src data:; connect-src 'self' ${provider.url}; frame-ancestors 'none'`
  res.set('Content-Security-Policy', policy)
  next()
})
const library = dirname(createRequire(import.meta.url).resolve('oidc-client-ts/package.json'))
app.use(express.static('reader/public'), express.static('public'), express.static(join(library, 'dist/browser')))
app.get('/settings.json', (_req, res) => res.json({ authority: provider.url }))

const readLogoutToken = logoutTokenReader(provider.url, 'reader')
const logouts = new EventEmitter().setMaxListeners(0)

/** The provider calls this when somebody has logged out there. */
app.post('/backchannel-logout', express.urlencoded({ limit: '10kb' }), async (req, res) => {
  res.set('Cache-Control', 'no-store')
  try {
    const sid = await readLogoutToken(req.body?.logout_token)
    endSession(sid)
    logouts.emit(sid)
    res.end()
  } catch (error) {
    res.status(400).json({ error: 'invalid_request', error_description: String(error) })
  }
})

/** A page waits here for the end of its session. */
app.get('/logouts', (req, res) => {
  const sid = String(req.query.sid)
  const tell = () => res.write('data: logged out\n\n')
  res.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }).flushHeaders()
  if (isEnded(sid)) tell()
  logouts.on(sid, tell)
  res.on('close', () => logouts.off(sid, tell))
})

app.listen({ port: reader.port, host }, (error?: Error) => {
  console.log(error ? `Cannot start: ${error.message}` : `The reader is at ${reader.url}`)
  if (error) process.exit(1)
})
