/**
 * Puts the parts of a server together: the checked options, the typed records over the store, the keys, the clients and the
 * users. Everything that can be done once is done here.
 *
 * @module
 */

import { loginFormToken, lostLogin, pageLogin } from '../account/page-login.js'
import { acrValuesOf } from '../authorize/demand.js'
import { findPending, isOver, resumeUrl } from '../authorize/pending-request.js'
import { renewedUrl } from '../authorize/renew.js'
import { createClientRegistry } from '../clients/registry.js'
import { type ClientSource, clientSources, type Sources } from '../clients/sources.js'
import { deliveriesOf } from '../deployment/deliveries.js'
import { limitsOf } from '../deployment/limits.js'
import { onceIn } from '../deployment/once.js'
import { keptUntil, type PendingRequest, type UsedOnce, type WindowCounter } from '../deployment/records.js'
import type { Settings } from '../deployment/settings.js'
import { underWay } from '../deployment/under-way.js'
import { urlsOf } from '../deployment/urls.js'
import { cookieJar } from '../edge/cookies.js'
import type { HttpRequest } from '../edge/message.js'
import type { Consent } from '../grant/consent.js'
import { deletableAt, type Grant } from '../grant/state.js'
import { openKeyrings } from '../keys/keyrings.js'
import { checkWrapping } from '../keys/wrap.js'
import { isOwnForm } from '../pages/own-form.js'
import { pageRenderer } from '../pages/render.js'
import type { Feature } from '../points/feature.js'
import type { Joined } from '../points/join.js'
import type { Deployed, Tables } from '../points/tables.js'
import { hasRestriction } from '../protocol/terms.js'
import { digest, hmacSha256, utf8 } from '../runtime/hash.js'
import { pooledRandomBytes } from '../runtime/random.js'
import { availableStorage } from '../storage/available.js'
import { repository } from '../storage/repositories.js'
import { unsentAnswers } from '../storage/unsent-answers.js'
import type { PendingLogin, UserAuthentication } from '../users/contract.js'
import type { PasswordAuthentication } from '../users/password.js'
import type { UserServices } from '../users/services.js'
import { checkUsers } from './checks.js'
import { emitter } from './emit.js'
import type { ServerOptions } from './options.js'

/** A deployment whose users may have endpoints of their own. */
export interface DeployedWithUsers extends Deployed {
  readonly users: UserAuthentication & Partial<Pick<PasswordAuthentication, 'endpoints' | 'startSession'>>
}

/** @throws {TypeError} when keys cannot be wrapped as the options want it, or what the option `users` makes is no user-authentication. */
export function deploy<Native>(options: ServerOptions<Native>, settings: Settings, joined: Joined): DeployedWithUsers {
  const { privateUseRedirectUris, resourceList: resources, asConfigured } = settings
  const clients = { ...joined.tables.clients, privateUseRedirectUris, resources, asConfigured }
  const tables: Tables = { ...joined.tables, clients }
  // With keys of its own a server stores only the keys of opaque tokens, and those are made late: complain now.
  if (settings.resourceList.some(({ format }) => format === 'opaque')) checkWrapping(settings)
  const { issuer } = settings
  const storage = availableStorage(options.storage, settings.storageTimeout)
  const now = options.now ?? Date.now
  const randomBytes = options.randomBytes ?? pooledRandomBytes()
  const recordId = (purpose: string, name: string) => digest(`grantwright ${purpose}\0${issuer}\0${name}`)
  const { emit, advise } = emitter(issuer, now, options.onEvent)
  const sources = { now, randomBytes, patience: settings.storageTimeout }
  const belongs = (value: { readonly issuer: string }) => value.issuer === issuer
  let elsewhere: Sources | undefined
  const counters = repository<WindowCounter>(storage, sources, {
    kind: 'counter',
    id: (counter) => counter.id,
    expiresAt: (counter) => counter.expiresAt,
    belongs,
  })
  const usedOnce = repository<UsedOnce>(storage, sources, {
    kind: 'once',
    id: (used) => used.id,
    expiresAt: (used) => used.expiresAt,
    belongs,
  })
  const parts: Omit<DeployedWithUsers, 'users'> = {
    settings,
    tables,
    urls: urlsOf(issuer, settings.basePath),
    now,
    randomBytes,
    recordId,
    storage,
    givenStorage: options.storage,
    grants: repository<Grant>(storage, sources, {
      kind: 'grant',
      id: (grant) => grant.id,
      subject: (grant) => grant.subject,
      clientId: (grant) => grant.clientId,
      expiresAt: (grant) => deletableAt(grant, settings.longestAccessToken),
      // An earlier version does not ask whether the client may still do without PKCE.
      isFormat2: (grant) =>
        grant.status !== 'revoked' &&
        (hasRestriction(grant.terms) || (grant.status === 'code_issued' && 'exempt' in grant.code.pkce)),
      belongs,
    }),
    requests: repository<PendingRequest>(storage, sources, {
      kind: 'request',
      id: (request) => request.id,
      clientId: ({ request }) => request.client_id,
      expiresAt: keptUntil,
      isFormat2: ({ request, decision }) =>
        hasRestriction(request.terms) ||
        hasRestriction(decision?.terms) ||
        (!!request.pkce && 'exempt' in request.pkce),
      belongs,
    }),
    consents: repository<Consent>(storage, sources, {
      kind: 'consent',
      id: (consent) => consent.id,
      subject: (consent) => consent.subject,
      clientId: (consent) => consent.clientId,
      // A code may still wait for it that was asked for when it was valid.
      expiresAt: (consent) => consent.expiresAt + settings.pendingRequestLifetime,
      isFormat2: ({ terms }) => hasRestriction(terms),
      belongs,
    }),
    revokedTokens: usedOnce,
    once: onceIn(usedOnce, issuer, recordId),
    counters,
    limits: limitsOf({ counters, settings, now, recordId, emit }, options.limiter ?? {}, settings.storageTimeout),
    unsent: unsentAnswers(now),
    redeeming: underWay(),
    clients: createClientRegistry({
      issuer,
      storage,
      ...sources,
      configured: settings.clients,
      vocabulary: tables.clients,
      verify: tables.verifyClient,
      cacheFor: settings.clientCacheLifetime,
      elsewhere: { of: (client_id) => elsewhere?.of(client_id) },
    }),
    keyring: openKeyrings({
      storage,
      issuer,
      ...sources,
      secrets: settings.secrets,
      allowUnwrappedKeys: settings.allowUnwrappedKeys,
      algorithm: settings.signingAlgorithm,
      algorithms: tables.algorithms,
      kept: tables.keptSecrets,
      rotateEvery: settings.keyRotationInterval,
      jwksMaxAge: settings.jwksMaxAge,
      longestTokenLifetime: settings.longestAccessToken,
      fixedSigners: options.signingKeys,
      onFailure: (cause) => emit({ type: 'failed', endpoint: 'keys', cause, reference: '' }),
    }),
    pages: pageRenderer(settings.pages, randomBytes, (cause) =>
      emit({ type: 'failed', endpoint: 'pages', cause, reference: '' }),
    ),
    knownAs: (client, subject, redirectUri) => tables.knownAs?.(client, subject, deployed, redirectUri) ?? subject,
    deliveries: deliveriesOf(
      joined.features.flatMap((feature) => (feature.deliver ? [() => deliver(feature, deployed)] : [])),
      (cause) => emit({ type: 'failed', endpoint: 'deliveries', cause, reference: '' }),
    ),
    clientClaims: options.clientClaims,
    peppers: settings.secrets.map((secret) => hmacSha256(utf8(secret), `grantwright refresh salt\0${issuer}`)),
    browserCookie: cookieJar(issuer, ''),
    emit,
    advise,
  }
  // The adapter hands over what the framework works with; the options' type parameter says what that is.
  const { users } = options as ServerOptions<never>
  const services: UserServices = {
    issuer,
    storage,
    ...sources,
    recordId,
    limits: parts.limits,
    loginPath: parts.urls.paths.login,
    isOwnForm: (request) => isOwnForm(request, settings.pages.origins),
    emit,
    appsPath: parts.urls.paths.apps,
    pendingLogin: (request, handle, pageToken) => pendingLogin(deployed, request, handle, pageToken),
  }
  const made = typeof users === 'function' ? users(services) : users
  if (made !== users) checkUsers(made)
  const deployed: DeployedWithUsers = { ...parts, users: made }
  elsewhere = clientSources(sourcesOf(joined, deployed))
  return deployed
}

const deliver = async (feature: Feature, deployed: Deployed) => (await feature.deliver?.(deployed)) ?? null

function sourcesOf({ features, claim }: Joined, deployed: Deployed): readonly ClientSource[] {
  return features.flatMap((feature) => {
    const sources = feature.clientSources?.(deployed) ?? []
    for (const { prefix } of sources) claim('prefix of client ids', prefix, feature)
    return sources
  })
}

/** What a login page may know of what waits for the login. */
async function pendingLogin(
  deployment: Deployed,
  request: HttpRequest,
  handle: string,
  pageToken: string | undefined,
): Promise<PendingLogin | null> {
  const pending = await findPending(deployment, request, handle)
  if (!pending) {
    return pageLogin(deployment, request, handle) ?? lostLogin(deployment, request, handle, pageToken)
  }
  const { request: asked } = pending.value
  const client = await deployment.clients.find(asked.client_id)
  if (!client) return null
  return {
    handle,
    returnTo: resumeUrl(deployment, handle),
    ...(isOver(deployment, pending.value) && { renew: () => renewedUrl(deployment, request, pending) }),
    pageToken: loginFormToken(pending.browser),
    reason: pending.value.lastReason ?? 'no_login',
    client: { client_id: client.client_id, client_name: client.client_name },
    loginHint: asked.loginHint,
    uiLocales: asked.uiLocales,
    acrValues: acrValuesOf(deployment, asked),
  }
}
