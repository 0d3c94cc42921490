/**
 * The OpenID provider that a client of these tests logs people in with: the packed package, in a process of its own.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Reader, type Running } from '../../docs/reader.js'
import { freePort } from '../../support/free-port.js'
import { startTap, type Tap } from '../mcp-clients/tap.js'

export const secret = 'a secret of the forum, long enough'

export interface Provider {
  readonly issuer: string
  /** What the client has sent, and Ada's browser. */
  readonly tap: Tap
  /** The parameters of the last authorization request. */
  asked(): Readonly<Record<string, string>>
  /** Runs a program of this folder beside it, until it says that it is there. */
  run(program: string, env: Readonly<Record<string, string>>): Promise<void>
  stop(): Promise<void>
}

/**
 * The provider, and beside it a program of this folder that lets people log in there.
 *
 * @param client the only one, with paths for the URIs: they are the forum's.
 */
export async function startForum(
  program: string,
  {
    redirect,
    loggedOut,
    ...client
  }: { readonly redirect: string; readonly loggedOut: string; readonly [member: string]: unknown },
): Promise<{ readonly provider: Provider; readonly forum: string }> {
  const forum = `http://localhost:${await freePort()}`
  const uris = { redirect_uris: [forum + redirect], post_logout_redirect_uris: [forum + loggedOut] }
  const provider = await startProvider({ client_id: 'forum', client_secret: secret, ...uris, ...client }, forum)
  try {
    await provider.run(program, { SECRET: secret, FORUM: forum })
  } catch (error) {
    await provider.stop()
    throw error
  }
  return { provider, forum }
}

/** @param client the only one. @param origin where it is. */
export async function startProvider(client: Readonly<Record<string, unknown>>, origin: string): Promise<Provider> {
  const reader = await Reader.arrive(['express'])
  const tap = await startTap(reader.port)
  const stop = async () => {
    reader.leave()
    await tap.stop()
  }
  const up = (running: Running) => running.says(/^The .+ is at http/m)
  try {
    reader.write('server.mjs', readFileSync(join(import.meta.dirname, 'server.mjs'), 'utf8'))
    // Ada is asked each time, so that no test depends on another.
    const CLIENT = JSON.stringify({ client_name: 'The Forum', remember_consent: false, ...client })
    await up(reader.run('node server.mjs', { ISSUER: tap.origin, PORT: String(reader.port), CLIENT, CALLED: origin }))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    ...{ issuer: tap.origin, tap, stop },
    asked: () => tap.to('/oauth/authorize').findLast(({ query }) => query.client_id !== undefined)?.query ?? {},
    async run(program, env) {
      await up(reader.run(`node '${join(import.meta.dirname, program)}'`, { ISSUER: tap.origin, ...env }))
    },
  }
}
