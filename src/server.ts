/**
 * An authorization server, from its options.
 *
 * @module
 */

import { noteSignedOut } from './account/end-login.js'
import { type GrantRegistry, grantRegistry } from './account/grants.js'
import type { ClientRegistry } from './clients/contract.js'
import { checkOptions } from './construction/checks.js'
import { core } from './construction/core.js'
import { deploy } from './construction/deploy.js'
import type { ServerOptions } from './construction/options.js'
import { ownPurging } from './construction/purge.js'
import { createRouter } from './construction/router.js'
import { endpointsOf } from './construction/routes.js'
import type { Deployment } from './deployment/deployment.js'
import { Unavailable } from './edge/errors.js'
import { type FromRequestOptions, fetchHandler } from './edge/fetch.js'
import type { HttpRequest, HttpResponse } from './edge/message.js'
import { rememberDeployment } from './points/deployments.js'
import { joinFeatures } from './points/join.js'
import type { StartSession } from './users/new-session.js'

/**
 * An authorization server. It has no connections of its own, and timers only to purge its storage, from the first request on; they keep
 * no process alive. Adapters map it onto a framework.
 */
export interface AuthorizationServer {
  /** The configured issuer, byte for byte. */
  readonly issuer: string
  /** Answers a request, or says null when the path is none of the server's. Never rejects. For adapters. */
  handle(request: HttpRequest): Promise<HttpResponse> | null
  /** The same for web-standard runtimes; 404 for a path that is none of the server's. */
  fetch(request: Request, options?: FromRequestOptions): Promise<Response>
  /** Registers clients and changes them. */
  readonly clients: ClientRegistry
  /** What users have granted. */
  readonly grants: GrantRegistry
  readonly users: {
    /**
     * Ends all logins and all grants of a user, for a changed password, a lost device, a user who leaves. The logins of an app with
     * sessions of its own end only if its user-authentication has `endAll`.
     */
    signOut(subject: string): Promise<void>
    /**
     * With `passwordLogin`: logs in at this browser whom the app has just made sure of, by signing them up or by a new password. It is a
     * new session, in place of the one that the browser had.
     *
     * ```ts
     * const session = await auth.users.startSession(req, { subject: String(user.id), returnTo: req.body?.return_to })
     * if (!session) return res.sendStatus(403)
     * res.append('set-cookie', session.setCookie).redirect(303, session.returnTo ?? '/')
     * ```
     *
     * @param request Express' `req`, Hono's `c.req.raw`, the `Request`: what has the headers of the request that is being answered.
     * @returns null, and nobody is logged in, when another site has sent the request and `returnTo` is nothing that waits in this browser.
     * @throws {TypeError} when the subject is no usable id, and without `passwordLogin`.
     */
    startSession: StartSession
  }
  readonly keys: {
    /** Appends new keys now; they sign as soon as every verifier has had time to learn them. */
    rotate(): Promise<void>
  }
  /**
   * Asks the storage and loads the keys, so that a mistake shows when the app starts and not at the first request. Nobody has to
   * call it.
   *
   * @throws what the storage says: tables that are missing, a database that cannot be reached, keys that `secret` does not open.
   */
  ready(): Promise<void>
  /**
   * Sends to other servers what they must learn and what is due, such as that somebody has logged out ({@link https://openid.net/specs/openid-connect-backchannel-1_0.html OpenID
   * Connect Back-Channel Logout}, with `openid()`); resolves when each has been tried. Servers do that by themselves, from the first request on: this is for
   * where nothing goes on between requests, such as Cloudflare Workers. Call it from a cron, each minute.
   *
   * @throws what the storage says, when it fails.
   */
  deliver(): Promise<void>
  /**
   * Ends the purging and what is being sent, and resolves when nothing of the server goes on in the background. The storage is the app's to close, afterwards.
   */
  close(): Promise<void>
}

/**
 * An embeddable OAuth 2.1 authorization server.
 *
 * @example
 * const auth = createAuthorizationServer({
 *   issuer: 'http://localhost:3000',
 *   storage: memoryStorage(),
 *   users: externalLogin({ current: ({ native }) => native.session?.user?.id, loginUrl: '/login' }),
 *   resources: { 'http://localhost:3000/api': { scopes: { 'notes:read': 'Read your notes' } } },
 * })
 *
 * @throws {TypeError} when an option is wrong: which one, why, and what to write instead.
 */
export function createAuthorizationServer<Native = unknown>(options: ServerOptions<Native>): AuthorizationServer {
  const joined = joinFeatures(core, options?.features)
  const deployment = deploy(options, checkOptions(options, joined), joined)
  const route = createRouter(endpointsOf(deployment, joined), deployment)
  const purging = ownPurging(deployment)
  const handle: AuthorizationServer['handle'] = (request) => {
    const answer = route(request)
    if (answer) {
      purging.begin()
      deployment.deliveries.begin()
    }
    return answer
  }
  const { create, get, list, update, rotateSecret, remove } = deployment.clients
  const clients: ClientRegistry = { create, get, list, update, rotateSecret, remove }
  const grants = grantRegistry(deployment)
  const server: AuthorizationServer = {
    issuer: deployment.settings.issuer,
    handle,
    fetch: fetchHandler(handle),
    clients,
    grants,
    users: {
      async signOut(subject) {
        await noteSignedOut(deployment, subject, null)
        await deployment.users.endAll?.(subject)
        deployment.deliveries.soon()
        await grants.revokeAll({ subject })
      },
      async startSession(request, login) {
        const { startSession } = deployment.users
        if (startSession) return startSession(request, login)
        throw new TypeError(
          "users.startSession needs `users: passwordLogin(…)`. With externalLogin the session is the app's own: start it there, and redirect to parseReturnTo(…).",
        )
      },
    },
    keys: { rotate: () => deployment.keyring.rotate() },
    ready: () => checkParts(deployment),
    deliver: () => deployment.deliveries.now(),
    async close() {
      await Promise.all([purging.end(), deployment.deliveries.end(), deployment.keyring.idle()])
    },
  }
  rememberDeployment(server, deployment)
  return server
}

async function checkParts({ storage, keyring, recordId }: Deployment): Promise<void> {
  try {
    await storage.get('key', recordId('ready', ''))
    await keyring.publicKeys()
  } catch (error) {
    // Here it is the operator who reads it, so say what the driver said.
    throw error instanceof Unavailable ? error.cause : error
  }
}
