/**
 * What a fixture is: the records that one version of the library has written, and the credentials that belong to them. And a server on
 * such records, with a clock that is set by hand, its clients, and browsers to visit it with.
 *
 * Only public names, so that it outlives what moves inside the library.
 *
 * @module
 */
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import {
  type ClientView,
  createAuthorizationServer,
  type PageView,
  passwordLogin,
  type ServerEvent,
  type ServerOptions,
  type Storage,
} from '../../src/index.js'
import { Browser, basic, encodeForm, type Form, type Tokens } from '../support/harness.js'

/** What lies beside a database, as JSON. Times are in epoch milliseconds. */
export interface Fixture {
  /** Of the library that wrote the records. */
  readonly version: string
  /** A moment after the last record was written. */
  readonly writtenAt: number
  /** What the app had configured, every duration that the tests count on included. */
  readonly options: Omit<ServerOptions, 'storage' | 'users'>
  /** What people log in with, by subject. */
  readonly users: { readonly [subject in Subject]: { readonly username: string; readonly password: string } }
  readonly clients: { readonly [name in ClientName]: FixtureClient }
  /** The cookies of browsers. Alice is logged in in hers. */
  readonly browsers: { readonly [name in 'alice' | 'carol' | 'counted']: Cookies }
  /** A grant of alice to the client `web` that was refreshed, and retried. */
  readonly live: {
    readonly id: string
    readonly createdAt: number
    readonly lastUsedAt: number
    /** The one that gave the grant. */
    readonly spentCode: FixtureCode
    /** Outside of its retry window. */
    readonly oldRefreshToken: string
    /** Inside of its retry window, and was retried. */
    readonly spentRefreshToken: string
    readonly refreshToken: string
  }
  /** The current refresh token of a grant to the public client `spa`. */
  readonly publicRefreshToken: string
  /** A refresh token of the client `trusted`, whose tokens do not rotate. */
  readonly constantRefreshToken: string
  /** A code for `web` that came once with a wrong verifier and was not redeemed, and where the request that it came of goes on. */
  readonly code: FixtureCode & { readonly resumeUrl: string }
  /** Waits in alice's browser for a consent to the client `desk`. */
  readonly awaitsConsent: FixtureRequest
  /** Waits in carol's browser for her login, for the client `web`. */
  readonly awaitsLogin: FixtureRequest
  /** Waits in alice's browser for an account to be chosen and another login, for the client `web`. */
  readonly awaitsFreshLogin: FixtureRequest
  /** Was posted by the page of a client, `web`, wants the answer as a form, and belongs to no browser yet. */
  readonly awaitsBrowser: FixtureRequest
  /** What alice left out when she agreed to the client `spa`. */
  readonly refusedScope: string
  readonly accessTokens: readonly { readonly about: string; readonly token: string; readonly says: object }[]
  readonly revokedAccessTokens: readonly { readonly about: string; readonly token: string }[]
  /** Of a grant to `web` that was revoked. */
  readonly revokedRefreshToken: string
  /** The old secret of the client `machine`, which is valid for a while beside the new one. */
  readonly formerSecret: { readonly client_secret: string; readonly until: number }
  /** Whose password was tried too often, at the address of {@link Site.browser}: until when to wait for the next try. */
  readonly throttled: { readonly subject: Subject; readonly until: number }
  /** How often the browser `counted` has asked. */
  readonly countedRequests: number
}

type Subject = 'alice' | 'bob' | 'carol'

export type ClientName = 'web' | 'spa' | 'desk' | 'trusted' | 'machine' | 'api'

export interface FixtureClient {
  readonly client_id: string
  readonly client_secret?: string | undefined
  /** How it was registered, all members. */
  readonly registered: ClientView
}

export interface FixtureCode {
  readonly code: string
  readonly code_verifier: string
  readonly redirect_uri: string
}

export interface FixtureRequest {
  readonly resumeUrl: string
  readonly code_verifier: string
  readonly redirect_uri: string
}

export type Cookies = Readonly<Record<string, string>>

/** Sends requests to a server, as clients and browsers do. */
export class Site {
  readonly server: ReturnType<typeof createAuthorizationServer>
  readonly events: ServerEvent[] = []
  /** The time, in epoch milliseconds. */
  now: number
  /** What the last answer to a browser showed. */
  view: PageView | undefined

  constructor(
    private readonly app: Pick<Fixture, 'options' | 'users'>,
    parts: { readonly storage: Storage; readonly now: number } & Pick<ServerOptions, 'randomBytes'>,
  ) {
    const { options } = app
    const users = Object.entries(app.users)
    this.now = parts.now
    this.server = createAuthorizationServer({
      ...options,
      storage: parts.storage,
      randomBytes: parts.randomBytes,
      now: () => this.now,
      onEvent: (event) => this.events.push(event),
      purge: false,
      users: passwordLogin({
        verify: (username, password) =>
          users.find(([, user]) => user.username === username && user.password === password)?.[0],
        sessionIdleLifetime: 3600,
        sessionLifetime: 43_200,
      }),
      pages: {
        render: (view) => {
          this.view = view
          return undefined
        },
      },
    })
  }

  /** What was shown, when it is a page of this name. */
  shown<Name extends PageView['page']>(page: Name): Extract<PageView, { readonly page: Name }> {
    if (this.view?.page === page) return this.view as Extract<PageView, { readonly page: Name }>
    throw new Error(`Not the page ${page} was shown, but ${JSON.stringify(this.view)}`)
  }

  url(path: string): string {
    return this.app.options.issuer + path
  }

  browser(cookies: Cookies = {}, address = '203.0.113.7'): Browser {
    const browser = new Browser({
      fetch: (request) => {
        this.view = undefined
        return this.server.fetch(request, { address })
      },
    })
    for (const [name, value] of Object.entries(cookies)) browser.cookies.set(name, value)
    return browser
  }

  async post(path: string, client: FixtureClient, form: Exclude<Form, string>): Promise<Response> {
    const { client_id, client_secret, registered } = client
    const method = registered.token_endpoint_auth_method
    const inHeader = method !== 'client_secret_post' && client_secret !== undefined
    const inBody = method === 'client_secret_post' && client_secret !== undefined ? { client_secret } : {}
    return this.server.fetch(
      new Request(this.url(path), {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          ...(inHeader && basic(client_id, client_secret)),
        },
        body: encodeForm(inHeader ? form : { ...form, client_id, ...inBody }),
      }),
    )
  }

  async token(
    client: FixtureClient,
    form: Exclude<Form, string>,
  ): Promise<{ readonly status: number; readonly body: Tokens }> {
    const response = await this.post('/oauth/token', client, form)
    return { status: response.status, body: (await response.json()) as Tokens }
  }

  redeem(client: FixtureClient, { code, code_verifier, redirect_uri }: FixtureCode, more: Exclude<Form, string> = {}) {
    return this.token(client, { grant_type: 'authorization_code', code, code_verifier, redirect_uri, ...more })
  }

  refresh(client: FixtureClient, refresh_token: string, more: Exclude<Form, string> = {}) {
    return this.token(client, { grant_type: 'refresh_token', refresh_token, ...more })
  }

  authorizeUrl(client: FixtureClient, parameters: Exclude<Form, string>): string {
    const redirect_uri = client.registered.redirect_uris[0] ?? ''
    const { client_id } = client
    const all = { response_type: 'code', client_id, redirect_uri, code_challenge_method: 'S256', ...parameters }
    return this.url(`/oauth/authorize?${encodeForm(all)}`)
  }

  /** Goes where the server sends the browser, up to a page or a client. */
  async follow(browser: Browser, response: Response): Promise<Response> {
    const location = response.headers.get('location')
    if (location === null) return response
    const { href, origin } = new URL(location, this.url('/'))
    return origin === new URL(this.url('/')).origin ? this.visit(browser, href) : response
  }

  async visit(browser: Browser, url: string): Promise<Response> {
    return this.follow(browser, await browser.get(url))
  }

  /** Fills in the login page that is shown. */
  async logIn(browser: Browser, subject: Subject, password = this.app.users[subject].password): Promise<Response> {
    const { action, hidden } = this.shown('login').form
    const fields = { ...hidden, username: this.app.users[subject].username, password }
    return this.follow(browser, await browser.post(this.url(action), fields))
  }

  /** Allows what the consent page asks, with the boxes as they are, but for the scope that is left out. */
  async allow(browser: Browser, leaveOut?: string): Promise<Response> {
    const { form, resources } = this.shown('consent')
    const ticked = resources
      .flatMap(({ scopes }) => scopes)
      .flatMap(({ name, choice }) => (choice?.ticked && name !== leaveOut ? [[choice.field, 'yes'] as const] : []))
    const fields = { ...form.hidden, ...Object.fromEntries(ticked), decision: 'allow' }
    return this.follow(browser, await browser.post(this.url(form.action), fields))
  }
}

/** The folder with the fixtures of all versions. */
export const fixtures = join(import.meta.dirname, 'fixtures')

/** Copies the database of a fixture to a file, and gives what belongs to it. */
export async function putFixture(version: string, file: string): Promise<Fixture> {
  copyFileSync(join(fixtures, `${version}.db`), file)
  return JSON.parse(readFileSync(join(fixtures, `${version}.json`), 'utf8')) as Fixture
}

/** A row of a database: a record, and the table that it is in. */
export type StoredRow = Readonly<Record<'table' | 'id' | 'version' | 'document', string>>

/** Every record of a database. */
export function rowsOf(file: string): StoredRow[] {
  const db = new Database(file)
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'grantwright_%'").all()
  const rows = (tables as { name: string }[])
    .filter(({ name }) => name !== 'grantwright_schema')
    .flatMap(({ name }) => db.prepare(`SELECT *, '${name}' AS "table" FROM ${name}`).all() as StoredRow[])
  db.close()
  return rows
}

/** Rewrites documents, each under a new version, as another instance would. */
export function rewriteDocuments(file: string, change: (document: object, table: string) => object): void {
  const rows = rowsOf(file)
  const db = new Database(file)
  for (const { table, id, version, document } of rows) {
    const changed = JSON.stringify(change(JSON.parse(document), table))
    const next = [...version].reverse().join('')
    db.prepare(`UPDATE ${table} SET version = ?, document = ? WHERE id = ?`).run(next, changed, id)
  }
  db.close()
}
