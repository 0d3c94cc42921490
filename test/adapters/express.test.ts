import express from 'express'
import express4 from 'express4'
import { describe, expect, it, onTestFinished } from 'vitest'
import { accessOf, authorizationServer, requireAccessToken } from '../../adapters/express.js'
import { adapterTestServer } from '../../adapters/testing.js'
import { createResourceServer, type ResourceServer } from '../../src/resource/resource-server.js'
import { listen } from './apps.js'

const auth = adapterTestServer('http://localhost:4433')
const metadata = '/.well-known/oauth-authorization-server'

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('%s', (_, framework) => {
  async function start(build: (app: express.Express) => void) {
    const app = framework()
    build(app)
    app.use(
      ((error, _req, res, _next) => void res.status(500).send(error.message)) satisfies express.ErrorRequestHandler,
    )
    const site = await listen(app)
    onTestFinished(() => site.close())
    return site
  }

  it('says how to mount it when it is mounted under a prefix', async () => {
    const { origin } = await start((app) => app.use('/auth', authorizationServer(auth)))
    const response = await fetch(`${origin}/auth/oauth/token`)
    expect(response.status).toBe(500)
    const message = await response.text()
    expect(message).toContain("mounted under '/auth'")
    expect(message).toContain('Mount it at the root: app.use(authorizationServer(auth))')
    expect(message).toContain("authorizationServer(auth, { at: '/auth' })")
    expect((await fetch(`${origin}/elsewhere`)).status).toBe(404)
  })

  it('works inside a router at the root', async () => {
    const { origin } = await start((app) => app.use(framework.Router().use(authorizationServer(auth))))
    expect((await fetch(origin + metadata)).status).toBe(200)
  })

  it('guards a route of a router under a prefix', async () => {
    const router = framework
      .Router()
      .get('/notes', requireAccessToken(auth), (req, res) => void res.json(accessOf(req)))
    const { origin } = await start((app) => app.use('/api', router))
    expect((await fetch(`${origin}/api/notes`)).status).toBe(401)
  })

  it('hands what a guard throws to the error handler, and lets nobody through', async () => {
    let reached = false
    const broken: ResourceServer = {
      ...createResourceServer({ server: auth }),
      check: () => Promise.reject(new Error('the check broke')),
    }
    const { origin } = await start((app) =>
      app.get('/notes', requireAccessToken(broken), (_, res) => {
        reached = true
        res.end()
      }),
    )
    const response = await fetch(`${origin}/notes`)
    expect([response.status, await response.text(), reached]).toEqual([500, 'the check broke', false])
  })
})
