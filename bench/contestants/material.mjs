/**
 * What the load needs, got over HTTP before the window, as a browser and a client get it.
 *
 * @module
 */
import { authorizationQuery, basic, given, pkcePair } from '../given.mjs'

/** Requests under way at once. */
const AT_ONCE = 8

/** @returns what `one` resolves to for each number, a few at a time */
export async function all(n, one) {
  const results = []
  let begun = 0
  const workers = Array.from({ length: AT_ONCE }, async () => {
    while (begun < n) {
      const i = begun++
      results[i] = await one(i)
    }
  })
  await Promise.all(workers)
  return results
}

/** @returns {string} the code in the address to which a browser is sent */
export function codeIn(location) {
  const code = /[?&]code=([^&"]+)/.exec(location ?? '')?.[1]
  if (!code) throw new Error(`No code came: ${String(location).slice(0, 300)}`)
  return decodeURIComponent(code)
}

/** What a browser sends that has a session and asks for a code. */
export function visit({ origin, paths, query }, cookie, challenge) {
  const url = `${origin}${paths.authorize}?${authorizationQuery('before', challenge, query)}`
  return fetch(url, { redirect: 'manual', headers: { cookie } })
}

/** No user gets more than this: with grantwright they would be asked again after 120 in ten minutes. */
const CODES_EACH = 100

/**
 * @param {(server: any) => { cookie: string, subject: string } | Promise<{ cookie: string, subject: string }>} logIn gets somebody new to where nothing is asked
 */
export const codesOf = (logIn) => async (n, server) => {
  const visitors = await all(Math.ceil(n / CODES_EACH), () => logIn(server))
  return all(n, async (i) => {
    const { cookie, subject } = visitors[i % visitors.length]
    const { verifier, challenge } = pkcePair()
    const response = await visit(server, cookie, challenge)
    // To `fetch`, which is no browser, better-auth says in JSON where to go.
    return { code: codeIn(response.headers.get('location') ?? (await response.text())), verifier, subject }
  })
}

/** @param {(server: any) => Promise<{ cookie: string }> | { cookie: string }} logIn */
export const cookiesOf = (logIn) => async (n, server) => {
  const browsers = await all(Math.ceil(n / CODES_EACH), () => logIn(server))
  return Array.from({ length: n }, (_, i) => browsers[i % browsers.length].cookie)
}

/**
 * @param {{ code: string, verifier: string, subject: string }[]} codes
 * @param {{ origin: string, paths: Record<string, string>, extra?: Record<string, string>, authorization?: string }} server
 * @returns {Promise<any[]>} what the token endpoint answered to each, with the `subject`
 */
export const redeemed = (codes, { origin, paths, extra, authorization = basic }) =>
  all(codes.length, async (i) => {
    const { code, verifier, subject } = codes[i]
    const redirect_uri = given.client.redirectUri
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      ...{ code, code_verifier: verifier, redirect_uri },
      ...extra,
    })
    const response = await fetch(`${origin}${paths.token}`, { method: 'POST', headers: { authorization }, body })
    if (response.status !== 200) throw new Error(`The code was refused: ${await response.text()}`)
    return { ...(await response.json()), subject }
  })

/**
 * The material of the works that begin with a code, of a server that can make codes.
 *
 * @param {(n: number, server: any) => Promise<{ code: string, verifier: string, subject: string }[]>} codes
 */
export const materialFrom = (codes) => ({
  codes,
  refreshTokens: async (n, server) =>
    (await redeemed(await codes(n, server), server)).map(({ refresh_token }) => refresh_token),
  accessTokens: async (n, server) =>
    (await redeemed(await codes(n, server), server)).map(({ access_token: token, subject }) => ({ token, subject })),
})
