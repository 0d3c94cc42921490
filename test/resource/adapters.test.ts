/**
 * The middleware of every adapter in front of an API that knows its authorization server by the issuer.
 *
 * @module
 */
import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import express4 from 'express4'
import { Hono } from 'hono'
import { beforeAll, describe, expect, it } from 'vitest'
import * as forExpress from '../../adapters/express.js'
import * as forHono from '../../adapters/hono.js'
import * as forNext from '../../adapters/next.js'
import * as forNode from '../../adapters/node.js'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import type { AccessNeed, ResourceServer } from '../../src/resource/index.js'
import { listen } from '../adapters/apps.js'
import { API, foreignIssuer, ISSUER, type Issuer, METADATA, START } from './issuer.js'

const need: AccessNeed = { scope: 'read', maxAge: 60, acr: 'mfa' }

function expressApp(framework: typeof express, api: ResourceServer): RequestListener {
  const app = framework()
  app.use(forExpress.resourceMetadata(api))
  app.get('/notes', forExpress.requireAccessToken(api, need), (req, res) => void res.json(forExpress.accessOf(req)))
  return app
}

const apps: { readonly [name: string]: (api: ResourceServer) => RequestListener } = {
  'node:http': (api) => {
    const metadata = forNode.resourceMetadata(api)
    const guard = forNode.requireAccessToken(api, need)
    return async (req, res) => {
      if (metadata(req, res)) return
      if (req.url !== '/notes') return res.writeHead(404).end()
      const access = await guard(req, res)
      return access && res.end(JSON.stringify(access))
    }
  },
  'Express 5': (api) => expressApp(express, api),
  'Express 4': (api) => expressApp(express4, api),
  Hono: (api) => {
    const app = new Hono()
    app.use(forHono.resourceMetadata(api))
    app.get('/notes', forHono.requireAccessToken(api, need), (c) => c.json(forHono.accessOf(c)))
    return getRequestListener(app.fetch)
  },
  Next: (api) => {
    const metadata = forNext.resourceMetadata(api)
    const notes = forNext.requireAccessToken(api, need, (_, { auth }) => Response.json(auth))
    return getRequestListener((request) =>
      new URL(request.url).pathname === '/notes'
        ? notes(request, { params: Promise.resolve({}) })
        : metadata[request.method === 'OPTIONS' ? 'OPTIONS' : 'GET'](request),
    )
  },
}

let signer: Signer
beforeAll(async () => {
  signer = await importSigner(await generatePrivateJwk('ES256'))
})

describe.each(Object.entries(apps))('%s', (_, app) => {
  const path = '/.well-known/oauth-protected-resource'

  async function visit(run: (origin: string, issuer: Issuer) => Promise<void>) {
    const issuer = foreignIssuer([signer.publicJwk])
    const site = await listen(app(issuer.api({ metadata: true })))
    await run(site.origin, issuer).finally(site.close)
  }
  const get = (url: string, token?: string) =>
    fetch(url, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })

  it('lets a good token through, and says what it says', async () => {
    await visit(async (origin, issuer) => {
      const response = await get(
        `${origin}/notes`,
        await issuer.token(signer, { auth_time: START / 1000 - 60, acr: 'mfa' }),
      )
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({ subject: 'alice', clientId: 'web', scope: ['read', 'write'] })
    })
  })

  it('sends whoever has no token to the metadata, and those to the issuer', async () => {
    await visit(async (origin) => {
      const refused = await get(`${origin}/notes`)
      expect(refused.status).toBe(401)
      expect(refused.headers.get('www-authenticate')).toBe(`Bearer scope="read", resource_metadata="${API}${path}"`)
      const metadata = await get(origin + path)
      expect(metadata.headers.get('access-control-allow-origin')).toBe('*')
      expect(await metadata.json()).toMatchObject({ resource: API, authorization_servers: [ISSUER] })
      expect((await get(`${origin}${path}/other`)).status).toBe(404)
      expect((await fetch(origin + path, { method: 'OPTIONS' })).status).toBe(204)
    })
  })

  it('asks for a login that is enough', async () => {
    await visit(async (origin, issuer) => {
      const response = await get(`${origin}/notes`, await issuer.token(signer, { acr: 'mfa' }))
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(
        /error="insufficient_user_authentication".*, acr_values="mfa", max_age="60"/,
      )
    })
  })

  it('answers 503 while the issuer is away', async () => {
    await visit(async (origin, issuer) => {
      issuer.pages[METADATA] = 'garbage'
      const response = await get(`${origin}/notes`, await issuer.token(signer))
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    })
  })
})
