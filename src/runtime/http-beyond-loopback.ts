/**
 * The option `allowHttpBeyondLoopback`, which servers and resource servers have: for development alone, and said aloud.
 *
 * @module
 */

/**
 * Whether the option is set. Says so once in a process for each `issuer`.
 *
 * @throws {TypeError} in production. `NODE_ENV` is read when a server is made, so builds that set it (`next build`) are production as well.
 */
export function checkHttpBeyondLoopback(option: unknown, issuer: unknown): boolean {
  if (option === undefined || option === false) return false
  if (option !== true) throw new TypeError('allowHttpBeyondLoopback must be true or false.')
  if (globalThis.process?.env?.NODE_ENV === 'production') {
    throw new TypeError(
      "allowHttpBeyondLoopback is for development, and NODE_ENV is 'production'. Use https, and leave it out: `allowHttpBeyondLoopback: process.env.NODE_ENV !== 'production'`.",
    )
  }
  if (!said.has(issuer)) {
    console.warn(
      `grantwright: allowHttpBeyondLoopback: whoever is on the network can read the passwords and tokens of ${String(issuer)}. For development only.`,
    )
  }
  said.add(issuer)
  return true
}

/** Where `http` is accepted, for messages. */
export const whereHttp =
  'http is accepted for localhost, 127.0.0.1 and [::1]; in development, with `allowHttpBeyondLoopback: true`, also for addresses of private networks and names without a dot'

const said = new Set<unknown>()
