/** examples/conformance as the suite meets it: a client that sends no PKCE logs in, and learns all that there is. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { identityClaims } from '../../src/features/openid/rules/identity-claims.js'
import { freePort } from '../support/free-port.js'
import { Jar } from '../system/logins/jar.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const suite = 'https://suite.example.com'
let issuer: string
let child: ChildProcess
beforeAll(async () => {
  issuer = `http://localhost:${await freePort()}`
  const args = ['examples/conformance/issuer.mjs', '--issuer', issuer, '--suite', suite]
  child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout as NodeJS.ReadableStream, 'data')
})
afterAll(() => child?.kill())

it('logs the user of the suite in, who has every claim', async () => {
  const redirect_uri = `${suite}/test/a/grantwright/callback`
  const asked = { client_id: 'first', response_type: 'code', redirect_uri, scope: 'openid profile email address phone' }
  const jar = new Jar(issuer)
  let place = await jar.open(`${issuer}/oauth/authorize?${new URLSearchParams({ ...asked, nonce: 'n', state: 's' })}`)
  place = await jar.submit(place, { username: 'ada', password: 'analytical-engine' })
  const boxes = [...place.html.matchAll(/name="(scope_[0-9_]+)"/g)].map(([, name = '']) => [name, 'on'])
  const { url } = await jar.submit(place, { decision: 'allow', ...Object.fromEntries(boxes) })
  const code = new URL(url).searchParams.get('code') ?? ''
  const tokens = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('first:first-of-three-secrets-for-the-suite')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri }),
  })
  const { access_token } = (await tokens.json()) as { access_token: string }
  const told = await fetch(`${issuer}/oauth/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
  expect(Object.keys((await told.json()) as object).sort()).toEqual(['sub', ...identityClaims].sort())
})
