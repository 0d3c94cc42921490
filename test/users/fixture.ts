/**
 * What the tests of logins share: a server's services on a storage in memory with a clock that is set by hand, and requests.
 *
 * @module
 */
import { limitsOf } from '../../src/deployment/limits.js'
import type { WindowCounter } from '../../src/deployment/records.js'
import type { ServerEventBody } from '../../src/edge/events.js'
import type { HttpRequest, HttpResponse } from '../../src/edge/message.js'
import { withHeaders } from '../../src/edge/responses.js'
import { plainFrame } from '../../src/pages/frame.js'
import { isOwnForm } from '../../src/pages/own-form.js'
import { shippedPage } from '../../src/pages/render.js'
import type { Answer } from '../../src/pages/views.js'
import { digest } from '../../src/runtime/hash.js'
import { availableStorage } from '../../src/storage/available.js'
import type { Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { repository } from '../../src/storage/repositories.js'
import type { LoginContext, PendingLogin } from '../../src/users/contract.js'
import type { UserServices } from '../../src/users/services.js'

export const issuer = 'https://auth.example'
const start = Date.UTC(2026, 0, 1)

/** The one pending request; it belongs to the browser with the cookie `browser=1`. */
export const pending: PendingLogin = {
  handle: 'req.secret',
  returnTo: `${issuer}/oauth/authorize?pending=req.secret`,
  reason: 'no_login',
  client: { client_id: 'notes', client_name: 'Notes' },
  loginHint: undefined,
  uiLocales: [],
  acrValues: [],
}

export interface Fixture extends UserServices {
  /** The time, in epoch milliseconds. */
  time: number
  readonly events: ServerEventBody[]
}

export function services(storage: Storage = availableStorage(memoryStorage(), 3000), name = issuer): Fixture {
  const fixture: Fixture = {
    time: start,
    events: [],
    issuer: name,
    storage,
    now: () => fixture.time,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    recordId: (kind, text) => digest(`${name}\0${kind}\0${text}`),
    loginPath: '/oauth/login',
    appsPath: '/oauth/apps',
    isOwnForm: (visit) => isOwnForm(visit, new Set([new URL(name).origin])),
    pendingLogin: async (visit, handle) =>
      handle === pending.handle && visit.headerValues('cookie').join('; ').includes('browser=1') ? pending : null,
    emit: (event) => fixture.events.push(event),
    limits: { take: (...taking) => limits.take(...taking) },
  }
  const counters = repository<WindowCounter>(storage, fixture, {
    kind: 'counter',
    id: ({ id }) => id,
    expiresAt: ({ expiresAt }) => expiresAt,
    belongs: (counter) => counter.issuer === name,
  })
  const limits = limitsOf({ ...fixture, counters, settings: { issuer: name } }, {}, 3000)
  return fixture
}

/** What a browser gets to see of an answer. */
export const seen = (answer: Answer): HttpResponse =>
  'view' in answer ? withHeaders(shippedPage(answer.view, plainFrame), answer.headers) : answer

export interface RequestParts {
  readonly method?: string
  readonly url?: string
  readonly headers?: { readonly [name: string]: string | readonly string[] }
  readonly form?: { readonly [name: string]: string }
  readonly address?: string
}

export function request(parts: RequestParts = {}): HttpRequest {
  const { method = 'GET', url = '/', form, address } = parts
  const headers: RequestParts['headers'] = {
    ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
    ...parts.headers,
  }
  return {
    method,
    url,
    headerValues: (name) => [headers[name] ?? []].flat(),
    body: async () => new TextEncoder().encode(new URLSearchParams(form).toString()),
    address,
    native: null,
  }
}

export const context = (visit: HttpRequest): LoginContext => ({ request: visit, native: null, headers: new Headers() })

export const header = (response: HttpResponse, name: string): string | undefined =>
  response.headers.find(([n]) => n === name)?.[1]

/** What the browser sends back of a `set-cookie` header. */
export const cookieOf = (setCookie: string): string => setCookie.split(';', 1)[0] ?? ''

/** The sessions of a user as they lie in the store. */
export async function stored(storage: Storage, subject: string): Promise<string> {
  return JSON.stringify(await storage.list('session', { subject }, { limit: 1000 }))
}
