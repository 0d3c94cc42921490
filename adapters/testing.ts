/**
 * What an adapter must do, as a test suite for any adapter and any test runner. It starts a small app over and over on a
 * loopback socket and talks to it by `fetch` alone; the app may as well be another process.
 *
 * ```ts
 * import { describe, it } from 'vitest' // or node:test, bun:test, @std/testing/bdd …
 * import { adapterSuite } from 'grantwright/testing/adapter'
 *
 * adapterSuite({ describe, it }, async (auth) => {
 *   const app = new MyFramework()
 *   app.use(authorizationServer(auth))
 *   app.get('/hello', () => 'hello')
 *   app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), (request) => accessOf(request))
 *   app.post('/api/notes', requireAccessToken(auth, { scope: 'notes:write' }), (request) => accessOf(request))
 *   const server = await app.listen(0)
 *   return { origin: `http://localhost:${server.port}`, close: () => server.close() }
 * })
 * ```
 *
 * @module
 */

import type { SuiteRunner } from '../src/runtime/suite-runner.js'
import type { AuthorizationServer } from '../src/server.js'
import { edgeTests } from './testing/edges.js'
import { flowTests } from './testing/flow.js'
import { messageTests } from './testing/messages.js'
import type { AdapterTest } from './testing/part.js'
import { adapterTestServer } from './testing/server.js'
import { siteAt } from './testing/site.js'

export type { SuiteRunner } from '../src/runtime/suite-runner.js'
export type { AdapterTest } from './testing/part.js'
export { adapterTestServer } from './testing/server.js'
/** An app that is listening. */
export interface MountedApp {
  /** Where it listens, for example `http://localhost:49152`. It need not be the origin of the issuer. */
  readonly origin: string
  /** Called once, when a test is through with it. */
  close(): Promise<void> | void
}

/**
 * Starts an app with the authorization server in it, mounted as the adapter wants it, and three routes of its own:
 *
 * - `GET /hello` answers `hello` as `text/plain`
 * - `GET /api/notes` needs an access token with the scope `notes:read`, `POST /api/notes` one with `notes:write`; both answer
 *   with the JSON of what the token says: `{ subject, clientId, scope, … }`
 *
 * All other paths get the app's own 404. An app in another process makes the server itself, with
 * `adapterTestServer(auth.issuer)`.
 */
export type MountApp = (auth: AuthorizationServer) => Promise<MountedApp>

/** Defines the suite. Each test mounts an app of its own. */
export function adapterSuite(runner: SuiteRunner, mount: MountApp): void {
  const testAt =
    (issuer: string): AdapterTest =>
    (name, run) =>
      runner.it(name, async () => {
        const auth = adapterTestServer(issuer)
        const app = await mount(auth)
        try {
          await run(siteAt(issuer, app.origin))
        } finally {
          await app.close()
        }
      })
  const test = testAt('http://localhost:4433')

  runner.describe('the code flow', () => flowTests(test))
  runner.describe('the code flow under an issuer with a path', () => flowTests(testAt('http://localhost:4433/tenant')))
  runner.describe('requests and responses', () => messageTests(test))
  runner.describe('what is refused', () => edgeTests(test))
}
