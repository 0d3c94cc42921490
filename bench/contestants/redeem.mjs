/**
 * Codes redeemed over HTTP, before the window.
 *
 * @module
 */
import { basic, given } from '../given.mjs'

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
  const code = /[?&]code=([^&]+)/.exec(location ?? '')?.[1]
  if (!code) throw new Error(`No code came: ${location}`)
  return decodeURIComponent(code)
}

/**
 * @param {{ code: string, verifier: string, subject: string }[]} codes
 * @param {{ origin: string, paths: Record<string, string>, extra?: Record<string, string> }} server
 * @returns {Promise<any[]>} what the token endpoint answered to each, with the `subject`
 */
export const redeemed = (codes, { origin, paths, extra }) =>
  all(codes.length, async (i) => {
    const { code, verifier, subject } = codes[i]
    const redirect_uri = given.client.redirectUri
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      ...{ code, code_verifier: verifier, redirect_uri },
      ...extra,
    })
    const response = await fetch(`${origin}${paths.token}`, { method: 'POST', headers: { authorization: basic }, body })
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
