/**
 * Checks the options of a server once, at construction: a mistake is told there and then, with the cure.
 *
 * @module
 */

import type { Client } from '../clients/client.js'
import { nameOf, parseStaticClients, type StaticClient } from '../clients/static.js'
import type { ResourceSettings, Settings } from '../deployment/settings.js'
import { urlsOf } from '../deployment/urls.js'
import { mayBeHttp } from '../edge/network.js'
import { isSigningAlgorithm, signingAlgorithms } from '../keys/jwk.js'
import { checkPages } from '../pages/settings.js'
import type { Joined } from '../points/join.js'
import type { ClientVocabulary } from '../protocol/client-vocabulary.js'
import { listedUriProblem } from '../protocol/redirect-uri.js'
import { resourceNames } from '../protocol/resource-uri.js'
import { withScheme } from '../protocol/spelling.js'
import { given } from '../runtime/given.js'
import { checkHttpBeyondLoopback, whereHttp } from '../runtime/http-beyond-loopback.js'
import { checkFunctions, duration, isRecord, mistake, refuseUnknown } from '../runtime/option-checks.js'
import type { Storage } from '../storage/contract.js'
import type { UserAuthentication } from '../users/contract.js'
import { joinResources } from './check-resources.js'
import type { ServerOptions } from './options.js'

/** @throws {TypeError} when an option is wrong: which one, why, and what to write instead. */
export function checkOptions(options: ServerOptions<never>, joined: Joined): Settings {
  if (!isRecord(options)) {
    throw mistake(
      'createAuthorizationServer takes an object. Write `createAuthorizationServer({ issuer, storage, users, resources })`.',
      options,
    )
  }
  refuseUnknown(options, knownOptions, 'createAuthorizationServer')
  const httpBeyondLoopback = checkHttpBeyondLoopback(options.allowHttpBeyondLoopback, options.issuer)
  const issuer = checkIssuer(options.issuer, httpBeyondLoopback)
  checkStorage(options.storage)
  if (typeof options.users !== 'function') checkUsers(options.users)
  checkFunctions(options, ['clientClaims', 'onEvent', 'now', 'randomBytes'])
  checkKeyOptions(options)
  checkLimiter(options.limiter ?? {}, joined.tables.limits)
  checkSigningKeys(options, joined)
  const accessTokenLifetime = duration(options, 'accessTokenLifetime', 600, 1)
  const basePath = checkBasePath(options.basePath ?? '/oauth')
  const resources = joinResources(
    { resources: options.resources, issuer, urls: urlsOf(issuer, basePath) },
    accessTokenLifetime,
    joined,
  )
  const secrets = options.secret === undefined ? [] : [options.secret].flat()
  const list = [...resources.values()]
  const asConfigured = resourceNames(resources.keys())
  const apis = list.filter(({ isBeside }) => !isBeside)
  const beside = list.filter(({ isBeside }) => isBeside).map(({ resource }) => resource)
  const privateUseRedirectUris = checkPrivateUse(options.privateUseRedirectUris ?? [])
  const storageTimeout = duration(options, 'storageTimeout', 3, 0.01, 60)
  const settings: Settings = {
    issuer,
    secrets,
    allowUnwrappedKeys: options.allowUnwrappedKeys ?? false,
    signingAlgorithm: options.signingAlgorithm ?? 'ES256',
    basePath,
    trustProxy: checkTrustProxy(options.trustProxy ?? 0),
    resources,
    resourceList: list,
    asConfigured,
    clients: checkClients(options.clients ?? [], resources, {
      ...joined.tables.clients,
      privateUseRedirectUris,
      httpBeyondLoopback,
      resources: list,
      asConfigured,
    }),
    privateUseRedirectUris,
    defaultResource: (apis.length === 1 ? apis[0] : apis.find((resource) => resource.isDefault))?.resource,
    beside: beside.length > 0 ? new Set(beside) : undefined,
    pages: checkPages(options.pages, issuer),
    codeLifetime: duration(options, 'codeLifetime', 60, 1, 600),
    refreshIdleLifetime: duration(options, 'refreshIdleLifetime', 30 * 86_400, 1),
    grantLifetime: duration(options, 'grantLifetime', 180 * 86_400, 1),
    retryWindow: duration(options, 'retryWindow', 30, 0, 600),
    pendingRequestLifetime: duration(options, 'pendingRequestLifetime', 600, 1, 43_200),
    consentLifetime: duration(options, 'consentLifetime', 365 * 86_400, 0),
    clientCacheLifetime: duration(options, 'clientCacheLifetime', 30, 0),
    keyRotationInterval: duration(options, 'keyRotationInterval', 90 * 86_400, 3600),
    jwksMaxAge: duration(options, 'jwksMaxAge', 300, 0),
    storageTimeout,
    requestTimeout: Math.round((storageTimeout * 8) / 3),
    purgeEvery: checkPurge(options.purge),
    longestAccessToken: Math.max(...list.map((resource) => resource.accessTokenLifetime)),
  }
  if (settings.refreshIdleLifetime > settings.grantLifetime) {
    throw new TypeError(
      'refreshIdleLifetime is longer than grantLifetime. Raise grantLifetime, or lower refreshIdleLifetime.',
    )
  }
  return settings
}

const knownOptions = [
  'issuer',
  'storage',
  'users',
  'resources',
  'pages',
  'clients',
  'privateUseRedirectUris',
  'allowHttpBeyondLoopback',
  'secret',
  'allowUnwrappedKeys',
  'signingAlgorithm',
  'signingKeys',
  'basePath',
  'trustProxy',
  'limiter',
  'codeLifetime',
  'accessTokenLifetime',
  'refreshIdleLifetime',
  'grantLifetime',
  'retryWindow',
  'pendingRequestLifetime',
  'consentLifetime',
  'clientCacheLifetime',
  'keyRotationInterval',
  'jwksMaxAge',
  'storageTimeout',
  'purge',
  'features',
  'clientClaims',
  'onEvent',
  'now',
  'randomBytes',
] as const satisfies readonly (keyof ServerOptions)[]

/**
 * Checks what the option `users` is, or makes.
 *
 * @throws {TypeError} when it is no user-authentication.
 */
export function checkUsers(users: UserAuthentication<never>): void {
  if (typeof users?.current !== 'function') {
    const problem = users === undefined ? 'is missing' : 'has no `current`, which says who is logged in'
    throw mistake(
      `users ${problem}. Write \`users: passwordLogin({ … })\` or \`users: externalLogin({ current: … , loginUrl: '/login' })\`.`,
      users,
    )
  }
  if (typeof users.challenge !== 'function') {
    throw new TypeError(
      'users has no challenge: a function that gets somebody logged in. `externalLogin({ … })` makes one.',
    )
  }
  checkFunctions(users, ['claims', 'end', 'endAll'], 'users.')
}

function checkKeyOptions({ allowUnwrappedKeys, signingAlgorithm }: ServerOptions<never>): void {
  if (allowUnwrappedKeys !== undefined && typeof allowUnwrappedKeys !== 'boolean') {
    throw mistake('allowUnwrappedKeys must be true or false.', allowUnwrappedKeys)
  }
  if (signingAlgorithm !== undefined && !isSigningAlgorithm(signingAlgorithm)) {
    throw mistake(`signingAlgorithm must be one of ${signingAlgorithms.join(', ')}.`, signingAlgorithm)
  }
}

/** Beside keys of the operator's own none are made. */
function checkSigningKeys({ signingKeys }: ServerOptions<never>, { features }: Joined): void {
  if (!signingKeys) return
  for (const { name, algorithms = [] } of features) {
    const missing = algorithms.find((algorithm) => !signingKeys.some(({ alg }) => alg === algorithm))
    if (missing === undefined) continue
    throw new TypeError(`features: '${name}' signs with ${missing}. Append a key for ${missing} to signingKeys.`)
  }
}

function checkIssuer(issuer: unknown, httpBeyondLoopback: boolean): string {
  const say = (problem: string) =>
    mistake(
      `issuer ${problem}. Write the public URL of this server, for example \`issuer: 'https://auth.example.com'\`.`,
      issuer,
    )
  if (issuer instanceof URL) {
    throw new TypeError(
      `issuer is an object of URL, and must be a string. Write \`issuer: ${given(canonicalIssuer(issuer, false))}\`.`,
    )
  }
  const meant = withScheme(issuer)
  if (meant !== undefined) throw mistake(`issuer has no scheme. Write \`issuer: '${meant}'\`.`, issuer)
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) throw say('is not a URL')
  const url = new URL(issuer)
  // RFC 8414 §2: https, no query, no fragment.
  if (/[?#]/.test(issuer)) throw say('has a query or a fragment')
  if (url.username !== '' || url.password !== '') throw say('contains a user name')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && mayBeHttp(url.hostname, httpBeyondLoopback))) {
    throw say(`must be https (${whereHttp})`)
  }
  // Clients compare it byte for byte (RFC 8414 §3.3, RFC 9207 §2.4), so it must be what a URL parser would make of it.
  const canonical = canonicalIssuer(url, issuer.endsWith('/'))
  if (issuer !== canonical)
    throw mistake(`issuer is not in its canonical form. Write \`issuer: '${canonical}'\`.`, issuer)
  return issuer
}

const canonicalIssuer = (url: URL, endsWithSlash: boolean): string =>
  url.pathname === '/' && !endsWithSlash ? url.origin : url.href

function checkStorage(storage: Storage): void {
  const verbs = ['get', 'insert', 'replace', 'remove', 'list', 'purge'] as const
  if (typeof storage !== 'object' || storage === null || verbs.some((verb) => typeof storage[verb] !== 'function')) {
    throw mistake(
      'storage lacks a verb of the storage contract. Write `storage: sqliteStorage(db)`, `sqlStorage(db)`, `redisStorage(client)`, or, for a test, `memoryStorage()`.',
      storage,
    )
  }
}

function checkBasePath(path: unknown): string {
  const isPath = typeof path === 'string' && /^(\/[A-Za-z0-9._~-]+)+$/.test(path) && !/\/\.\.?(\/|$)/.test(path)
  if (isPath) return path
  throw mistake("basePath must begin with a slash and not end with one. Write for example `basePath: '/oauth'`.", path)
}

function checkTrustProxy(hops: unknown): number {
  if (typeof hops === 'number' && Number.isInteger(hops) && hops >= 0 && hops <= 10) return hops
  throw mistake(
    'trustProxy is the number of reverse proxies in front of this server. Write `trustProxy: 1` for one.',
    hops,
  )
}

function checkLimiter(limiter: unknown, names: readonly string[]): void {
  const write = 'Write `limiter: { pendingRequestsPerAddress: new RateLimiterRedis({ … }) }`.'
  if (!isRecord(limiter)) throw mistake(`limiter must be an object of limiters, by what each limits. ${write}`, limiter)
  if ('consume' in limiter) throw new TypeError(`limiter is one limiter, and must say what it limits. ${write}`)
  refuseUnknown(limiter, names, 'limiter')
  for (const [name, value] of Object.entries(limiter) as [string, unknown][]) {
    if (typeof (Object(value) as { consume?: unknown }).consume === 'function') continue
    throw mistake(`limiter.${name} has no function \`consume\`. ${write}`, value)
  }
}

function checkPurge(purge: ServerOptions['purge'] = {}): number | null {
  if (purge === false) return null
  if (!isRecord(purge)) {
    throw mistake(
      'purge says how often expired records are deleted. Write `purge: { every: 60 }`, in seconds, or `purge: false` to see to it yourself.',
      purge,
    )
  }
  refuseUnknown(purge, ['every'], 'purge')
  return duration({ 'purge.every': purge.every }, 'purge.every', 60, 1, 86_400)
}

function checkPrivateUse(uris: readonly string[]): ReadonlySet<string> {
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string')) {
    throw new TypeError(
      "privateUseRedirectUris must be a list. Write whole URIs, `privateUseRedirectUris: ['cursor://anysphere.cursor-mcp/oauth/callback']`.",
    )
  }
  for (const [i, uri] of uris.entries()) {
    const problem = listedUriProblem(uri)
    if (problem) throw new TypeError(`privateUseRedirectUris[${i}]: ${JSON.stringify(uri)} ${problem}.`)
  }
  return new Set(uris)
}

/** A stored client may speak of a resource that another deployment knows; a configured one may not. */
function checkClients(
  clients: readonly StaticClient[],
  resources: ReadonlyMap<string, ResourceSettings>,
  vocabulary: ClientVocabulary,
): ReadonlyMap<string, Client> {
  if (!Array.isArray(clients)) throw mistake('clients must be a list. Write `clients: [{ client_id: … }]`.', clients)
  const configured = parseStaticClients(clients, vocabulary)
  const names = [...resources.keys()].map((resource) => `'${resource}'`).join(', ')
  for (const [i, client] of [...configured.values()].entries()) {
    for (const field of ['resources', 'serves'] as const) {
      const unknown = client[field]?.find((resource) => !resources.has(resource))
      if (unknown !== undefined) {
        throw new TypeError(
          `${nameOf(client, i)}.${field}: ${given(unknown)} is not one of the option resources. They are ${names}.`,
        )
      }
    }
  }
  return configured
}
