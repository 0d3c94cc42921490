/**
 * One approval on a real store, and the clients that use it: the grant machine, its loop and its repository, as the endpoints
 * put them together. It remembers everything that anybody was told, and can say whether that and the store agree.
 *
 * @module
 */

import { Unavailable } from '../../edge/errors.js'
import { approve } from '../../grant/approve.js'
import { type Issued, REDEEM_ENTROPY, redeemCode } from '../../grant/redeem-code.js'
import { isCurrent, REFRESH_ENTROPY, refresh } from '../../grant/refresh.js'
import type { Refusal } from '../../grant/refusal.js'
import { isAccessLive, revokeAccessToken, revokeByRefreshToken, revokeGrant } from '../../grant/revoke.js'
import { deletableAt, type Grant } from '../../grant/state.js'
import type { Step } from '../../grant/step.js'
import { parseRefreshToken, type RefreshToken, secretHash } from '../../protocol/token-string.js'
import { digest, encodeBase64url } from '../../runtime/hash.js'
import { advance } from '../advance.js'
import { availableStorage } from '../available.js'
import type { Storage } from '../contract.js'
import type { Outcome } from '../outcome.js'
import { type Repository, repository } from '../repositories.js'
import { equal, freshId, hour, minute, now } from './fixture.js'

/** What a client was told. `retried`: a spent token got its successor again. */
export type Told =
  | { readonly ok: true; readonly token: string; readonly retried: boolean }
  | { readonly ok: false; readonly refusal: Refusal }

/** Times are those of {@link now} unless another is given. */
export interface Approval {
  readonly grantId: string
  /** Every refresh token that anybody was given, in the order of their generations. */
  readonly tokens: readonly string[]
  redeem(attempt?: 'wrong verifier'): Promise<Told>
  refresh(token: string, at?: number): Promise<Told>
  /** By the client, with a refresh token. */
  revoke(token: string): Promise<boolean>
  /** By the client: one access token. */
  revokeAccess(tokenId: string): Promise<boolean>
  /** By the user. */
  withdraw(): Promise<boolean>
  stored(): Promise<Grant>
  isAccessLive(tokenId: string): Promise<boolean>
  /** Throws where what is stored contradicts what was told. To be asked when nothing is going on. */
  check(): Promise<void>
}

/** The grants of a store, as a server reads and writes them. */
export const grantsIn = (storage: Storage): Repository<Grant> =>
  repository<Grant>(
    availableStorage(storage, 3000),
    { now: () => now, randomBytes },
    {
      kind: 'grant',
      id: (grant) => grant.id,
      subject: (grant) => grant.subject,
      clientId: (grant) => grant.clientId,
      expiresAt: (grant) => deletableAt(grant, 10 * minute),
      belongs: (grant) => grant.issuer === client.issuer,
    },
  )

/** A user approves: the grant is stored, and its code is on its way to the client. */
export async function newApproval(storage: Storage, subject: string = freshId()): Promise<Approval> {
  const grants = grantsIn(storage)
  const grantId = encodeBase64url(randomBytes(16))
  const code = { grantId, secret: randomBytes(32) }
  const verifier = encodeBase64url(randomBytes(32))
  const tokens: string[] = []
  const contradictions: string[] = []
  let redemptions = 0
  let over = false

  const approved = approve(
    {
      approved: { id: grantId, ...client, subject, access, login: {} },
      code: { hash: secretHash('code', code.secret), redirectUri, pkce: { challenge: digest(verifier) } },
      requestEndsAt: null,
      codeLifetime: minute,
      grantLifetime: 180 * 24 * hour,
    },
    now,
  )
  equal('a new grant was stored', (await grants.insert(approved)) !== null, true)

  /** A client that is told to come again does, as after a 503. */
  async function take<Answer extends { readonly ok: true }>(
    decide: (grant: Grant) => Step<Answer>,
  ): Promise<Outcome<Answer, null>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await advance(grants, grantId, decide, () => null)
      } catch (error) {
        if (!(error instanceof Unavailable) || attempt === 50) throw error
      }
    }
  }

  async function issue<Answer extends Issued & { readonly retried?: boolean }>(
    decide: (grant: Grant) => Step<Answer>,
  ): Promise<Told> {
    const wasOver = over
    const outcome = await take(decide)
    if (!outcome.ok) {
      over ||= outcome.grant?.status === 'revoked'
      return { ok: false, refusal: outcome.refusal }
    }
    const { resource, scope, refreshToken, retried = false } = outcome.answer
    const token = refreshToken ?? ''
    if (wasOver) contradictions.push('a token was issued after somebody was told that the grant has ended')
    if (resource !== access[0]?.resource || scope.join() !== 'read,write') contradictions.push('the scope has changed')
    remember(token)
    return { ok: true, token, retried }
  }

  function remember(token: string): void {
    const { generation } = parsed(token)
    const known = tokens[generation]
    if (known !== undefined && known !== token) contradictions.push(`generation ${generation} has two tokens`)
    tokens[generation] = token
  }

  async function end<Answer extends { readonly ok: true; readonly revoked: boolean }>(
    decide: (grant: Grant) => Step<Answer>,
  ): Promise<boolean> {
    const outcome = await take(decide)
    over ||= outcome.grant?.status === 'revoked'
    return outcome.ok && outcome.answer.revoked
  }

  async function stored(): Promise<Grant> {
    const found = await grants.get(grantId)
    if (!found) throw new Error(`The grant ${grantId} is gone.`)
    return found.value
  }

  return {
    grantId,
    tokens,
    async redeem(attempt) {
      const entropy = randomBytes(REDEEM_ENTROPY)
      const input = {
        by: client,
        code,
        redirectUri,
        mayOmitPkce: false,
        verifier: attempt ? encodeBase64url(randomBytes(32)) : verifier,
        choice,
        isCrossing: false,
        refresh: { idleLifetime, jkt: null },
      }
      const told = await issue((grant) => redeemCode(grant, input, now, entropy))
      if (told.ok) redemptions++
      return told
    },
    refresh(token, at = now) {
      const entropy = randomBytes(REFRESH_ENTROPY)
      const input = { by: client, token: parsed(token), jkt: null, choice, rules }
      return issue((grant) => refresh(grant, input, at, entropy))
    },
    revoke: (token) => end((grant) => revokeByRefreshToken(grant, client, parsed(token), now)),
    revokeAccess: (tokenId) => end((grant) => revokeAccessToken(grant, client, accessToken(tokenId), now)),
    withdraw: () => end((grant) => revokeGrant(grant, 'user_request', now)),
    stored,
    async isAccessLive(tokenId) {
      return isAccessLive(await stored(), accessToken(tokenId), now)
    },
    async check() {
      const grant = await stored()
      equal('contradictions', contradictions.join('; '), '')
      equal('at most one redemption', redemptions <= 1, true)
      equal('nobody holds a token without a redemption', tokens.length > 0, redemptions === 1)
      // A rotation of which nobody was told would be a hole, or a generation beyond the last token.
      equal('tokens, one for each generation', Object.keys(tokens).length, tokens.length)
      equal('whoever was told that it has ended is right', over && grant.status !== 'revoked', false)
      equal('the subject', grant.subject, subject)
      if (grant.status === 'revoked') return equal('what is left of it', Object.keys(grant).length, 7)
      equal('the access', JSON.stringify(grant.access), JSON.stringify(access))
      equal('the status', grant.status, redemptions ? 'active' : 'code_issued')
      if (grant.status !== 'active') return
      const current = tokens.filter((token) => isCurrent(grant, parsed(token), now))
      equal('the current tokens', current.join(), tokens.at(-1))
    },
  }
}

/** The same token with another secret. */
export function forgedFrom(token: string): string {
  const end = token.at(-10) === 'A' ? 'B' : 'A'
  return `${token.slice(0, -10)}${end}${token.slice(-9)}`
}

const client = { issuer: 'https://issuer.example', clientId: 'client' }
const redirectUri = 'https://client.example/callback'
const access = [{ resource: 'https://api.example', scope: ['read', 'write'] }]
const choice = { resource: undefined, scope: undefined, defaultResource: undefined }
const idleLifetime = 30 * 24 * hour

/** The retry window of {@link Approval.refresh}. */
export const retryWindow = minute / 2

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}

const rules = { rotate: true, retryWindow, idleLifetime, peppers: [randomBytes(32)] }

const accessToken = (tokenId: string) => ({ ...client, tokenId, issuedAt: now, expiresAt: now + 10 * minute })

function parsed(text: string): RefreshToken {
  const token = parseRefreshToken(text)
  if (!token) throw new Error(`not a refresh token: ${text}`)
  return token
}
