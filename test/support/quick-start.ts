/**
 * The quick starts of README.md: their files as they stand there, and a client that somebody else wrote with the person in front of it.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as oauth from 'oauth4webapi'
import { expect } from 'vitest'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

/** Every block that begins with the name of its file. */
export const quickStart = filesIn(readme)

/** The files that a page shows, by name: its blocks that begin with one. */
export function filesIn(page: string): ReadonlyMap<string, string> {
  const blocks = page.matchAll(/```[jt]s\n\/\/ (\S+\.[cm]?[jt]s)\n([\s\S]*?)```/g)
  return new Map([...blocks].map(([, name = '', code = '']) => [name, code]))
}

/** Discovery, login, consent, code, tokens, API: with a public client on a loopback port. */
export async function walkThrough(port: number): Promise<unknown> {
  const issuer = new URL(`http://localhost:${port}`)
  const http = { [oauth.allowInsecureRequests]: true }
  const discovered = await oauth.discoveryRequest(issuer, { ...http, algorithm: 'oauth2' })
  const as = await oauth.processDiscoveryResponse(new URL(`http://localhost:${port}`), discovered)
  const client = { client_id: 'desktop' }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const redirect_uri = 'http://127.0.0.1:51234/callback'
  const url = new URL(as.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    client_id: 'desktop',
    response_type: 'code',
    redirect_uri,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  const callback = await logInAndAllow(url)
  const parameters = oauth.validateAuthResponse(as, client, callback, state)
  const answer = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    oauth.None(),
    parameters,
    redirect_uri,
    verifier,
    http,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer)
  const api = new URL(`http://localhost:${port}/api/notes`)
  expect((await fetch(api)).status).toBe(401)
  return (await oauth.protectedResourceRequest(tokens.access_token, 'GET', api, undefined, undefined, http)).json()
}

/** A browser without scripts: follows redirects, keeps cookies, fills in the two forms. */
async function logInAndAllow(start: URL): Promise<URL> {
  const cookies = new Map<string, string>()
  let url = start
  let form: URLSearchParams | undefined
  for (let hop = 0; hop < 10; hop++) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const response: Response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: form }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location) {
      url = new URL(location, url)
      form = undefined
      if (url.port === '51234') return url
      continue
    }
    const page = await response.text()
    const fields = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(
      ([, n = '', v = '']) => [n, v],
    )
    form = new URLSearchParams(fields)
    if (page.includes('type="password"')) {
      form.set('username', 'ada')
      form.set('password', 'analytical-engine')
    } else form.set('decision', 'allow')
    url = new URL(/<form[^>]* action="([^"]+)"/.exec(page)?.[1] ?? '', url)
  }
  throw new Error('the flow did not end')
}
