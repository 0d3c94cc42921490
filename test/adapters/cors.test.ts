/**
 * A guard and scripts of other origins, in every adapter: what a preflight gets, and who may read what comes of a request.
 */
import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import express4 from 'express4'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, onTestFinished, vi } from 'vitest'
import * as forExpress from '../../adapters/express.js'
import * as forHono from '../../adapters/hono.js'
import * as forNext from '../../adapters/next.js'
import * as forNode from '../../adapters/node.js'
import { poster } from '../../adapters/testing/server.js'
import { adapterTestServer } from '../../adapters/testing.js'
import type { GuardOptions } from '../../src/resource/guard.js'
import { listen } from './apps.js'

const issuer = 'http://localhost:4433'
const auth = adapterTestServer(issuer)
const APP = 'https://app.example.com'

/** What the handlers saw. They answer 200, with headers of their own. */
let seen: string[]
let warn: MockInstance
beforeEach(() => {
  seen = []
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => warn.mockRestore())

const own = { vary: 'accept', 'access-control-expose-headers': 'x-total' }

function expressApp(framework: typeof express, options: GuardOptions): RequestListener {
  const app = framework()
  app.all('/notes', forExpress.requireAccessToken(auth, options), (req, res) => {
    seen.push(req.method)
    res.append('vary', own.vary).append('access-control-expose-headers', 'x-total').send('notes')
  })
  return app
}

function honoApp(options: GuardOptions, answer: (method: string) => Response): RequestListener {
  const app = new Hono().all('/notes', forHono.requireAccessToken(auth, options), (c) => answer(c.req.method))
  return getRequestListener(app.fetch)
}

const webAnswer = (method: string) => {
  seen.push(method)
  return new Response('notes', { headers: own })
}

/** Routes for every method, behind one guard. */
const apps: { readonly [name: string]: (options: GuardOptions) => RequestListener } = {
  'node:http': (options) => {
    const guard = forNode.requireAccessToken(auth, options)
    return async (req, res) => {
      if (!(await guard(req, res))) return
      seen.push(req.method ?? '')
      for (const [name, value] of Object.entries(own)) res.appendHeader(name, value)
      res.end('notes')
    }
  },
  'Express 5': (options) => expressApp(express, options),
  'Express 4': (options) => expressApp(express4, options),
  Hono: (options) => honoApp(options, webAnswer),
  Next: (options) => {
    const handler = forNext.requireAccessToken(auth, options, (request) => webAnswer(request.method))
    return getRequestListener((request) => handler(request, { params: Promise.resolve({}) }))
  },
}

async function token(): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'notes:read', ...poster })
  const response = await auth.fetch(new Request(`${issuer}/oauth/token`, { method: 'POST', body }))
  return (await response.json()).access_token
}

describe.each(Object.entries(apps))('%s', (_, app) => {
  async function start(options: GuardOptions) {
    const site = await listen(app({ scope: 'notes:read', ...options }))
    onTestFinished(() => site.close())
    return (headers: Record<string, string>, method = 'GET') => fetch(`${site.origin}/notes`, { method, headers })
  }
  const preflight = (origin = APP) => ({
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  })
  const names = (response: Response, name: string) => response.headers.get(name)?.split(', ').sort() ?? null
  const bearer = async () => ({ authorization: `Bearer ${await token()}` })

  it('without the option refuses preflights, even with a token, and says once on the console what to do', async () => {
    const ask = await start({})
    for (const headers of [preflight(), { ...preflight(), ...(await bearer()) }]) {
      const response = await ask(headers, 'OPTIONS')
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer scope="notes:read"'])
      expect(names(response, 'access-control-allow-origin')).toBeNull()
    }
    expect(seen).toEqual([])
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.lastCall?.[0]).toMatch(/^grantwright: requireAccessToken\(notes:read\) refused a CORS preflight/)
    expect(warn.mock.lastCall?.[0]).toContain('let cors() stand before the guard')
    expect(warn.mock.lastCall?.[0]).toContain("cors: ['https://app.example.com']")
  })

  it('without the option adds nothing to answers, and lets an OPTIONS request that is no preflight through', async () => {
    const ask = await start({})
    const answers = [await ask({ origin: APP }), await ask({ origin: APP, ...(await bearer()) })]
    expect(answers.map(({ status }) => status)).toEqual([401, 200])
    for (const answer of answers) expect(names(answer, 'access-control-allow-origin')).toBeNull()
    expect((await ask(await bearer(), 'OPTIONS')).status).toBe(200)
    expect((await ask({}, 'OPTIONS')).status).toBe(401)
    expect(seen).toEqual(['GET', 'OPTIONS'])
    expect(warn).not.toHaveBeenCalled()
  })

  it('with a list answers the preflights of its origins itself, for whatever was asked', async () => {
    const ask = await start({ cors: [APP, 'capacitor://localhost'] })
    for (const origin of [APP, 'capacitor://localhost']) {
      const response = await ask({ ...preflight(origin), ...(await bearer()) }, 'OPTIONS')
      expect([response.status, await response.text()]).toEqual([204, ''])
      expect(names(response, 'access-control-allow-origin')).toEqual([origin])
      expect(names(response, 'access-control-allow-methods')).toEqual(['POST'])
      expect(names(response, 'access-control-allow-headers')).toEqual(['authorization', 'content-type'])
      expect(names(response, 'access-control-allow-credentials')).toBeNull()
      expect(names(response, 'vary')).toEqual(['origin'])
    }
    expect([seen, warn.mock.calls]).toEqual([[], []])
  })

  it('with a list refuses the preflights of all others, and tells them nothing', async () => {
    const ask = await start({ cors: [APP] })
    for (const origin of ['https://evil.example', 'null', `${APP}.evil.example`, 'http://app.example.com']) {
      const response = await ask({ ...preflight(origin), ...(await bearer()) }, 'OPTIONS')
      expect([response.status, names(response, 'access-control-allow-origin')]).toEqual([401, null])
      const answer = await ask({ origin, ...(await bearer()) })
      expect(names(answer, 'access-control-allow-origin')).toBeNull()
      expect(names(answer, 'vary')).toEqual(['accept', 'origin'])
    }
    expect(seen).toEqual(['GET', 'GET', 'GET', 'GET'])
  })

  it('with true answers everybody, also whoever says no origin', async () => {
    const ask = await start({ cors: true })
    const { origin, ...without } = preflight()
    for (const headers of [preflight(), without, { ...without, origin: 'null' }]) {
      const response = await ask(headers, 'OPTIONS')
      expect([response.status, names(response, 'access-control-allow-origin')]).toEqual([204, ['*']])
    }
    expect(seen).toEqual([])
  })

  it.each([[[APP]], [true]])(
    'with %j its refusals and the answers of the handler can be read, challenges too',
    async (cors) => {
      const ask = await start({ cors })
      const allowed = [cors === true ? '*' : APP]
      const refused = await ask({ origin: APP })
      expect(refused.status).toBe(401)
      expect(names(refused, 'access-control-allow-origin')).toEqual(allowed)
      expect(names(refused, 'access-control-expose-headers')).toEqual(['retry-after', 'www-authenticate'])
      const answer = await ask({ origin: APP, ...(await bearer()) })
      expect(await answer.text()).toBe('notes')
      expect(names(answer, 'access-control-allow-origin')).toEqual(allowed)
      expect(names(answer, 'access-control-expose-headers')).toEqual(['retry-after', 'www-authenticate', 'x-total'])
      expect(names(answer, 'vary')).toEqual(cors === true ? ['accept'] : ['accept', 'origin'])
    },
  )

  it('with the option still refuses what the token does not allow, in words that a script can read', async () => {
    const ask = await start({ cors: [APP], scope: 'notes:write' })
    const response = await ask({ origin: APP, ...(await bearer()) })
    expect([response.status, names(response, 'access-control-allow-origin')]).toEqual([403, [APP]])
    expect(response.headers.get('www-authenticate')).toContain('insufficient_scope')
    expect(seen).toEqual([])
  })
})

it('leaves the origin that something before or after the guard has allowed', async () => {
  const mine = 'https://mine.example'
  const guard = forExpress.requireAccessToken(auth, { cors: true })
  const app = express()
    .use((_req, res, next) => next(void res.set('access-control-allow-origin', mine)))
    .get('/notes', guard, (_req, res) => void res.send('notes'))
  const hono = new Hono().get('/notes', forHono.requireAccessToken(auth, { cors: true }), (c) => {
    c.header('access-control-allow-origin', mine)
    return c.text('notes')
  })
  for (const listener of [app, getRequestListener(hono.fetch)]) {
    const site = await listen(listener)
    onTestFinished(() => site.close())
    const response = await fetch(`${site.origin}/notes`, {
      headers: { origin: mine, authorization: `Bearer ${await token()}` },
    })
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, mine])
  }
})
