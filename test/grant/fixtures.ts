/**
 * Grants, credentials and inputs for the tests of the grant machine. Every grant is frozen, so a step that writes into the one it
 * was given fails.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { type Approval, approve } from '../../src/grant/approve.js'
import { type RedeemCode, redeemCode } from '../../src/grant/redeem-code.js'
import { type Refresh, type RefreshRules, refresh } from '../../src/grant/refresh.js'
import type { Refusal } from '../../src/grant/refusal.js'
import type { Active, CodeIssued, Grant } from '../../src/grant/state.js'
import type { Step } from '../../src/grant/step.js'
import { type Code, parseRefreshToken, type RefreshToken, secretHash } from '../../src/protocol/token-string.js'

export const second = 1000
export const day = 86_400_000
/** When the user approves. */
export const start = Date.UTC(2030, 0, 1)

export const api = 'https://api.example'
export const mail = 'https://mail.example'
export const callback = 'https://app.example/callback'
export const app = { issuer: 'https://as.example', clientId: 'app' }
export const otherClient = { ...app, clientId: 'other' }
export const otherIssuer = { ...app, issuer: 'https://elsewhere.example' }

export const bytes = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (seed * 59 + i * 23) & 255)

export const code: Code = { grantId: 'AAAAAAAAAAAAAAAAAAAAAA', secret: bytes(32, 1) }
export const verifier = 'the-verifier-of-the-honest-client-0123456789'
export const wrongVerifier = 'some-verifier-of-somebody-else-0123456789-xyz'
export const challenge = createHash('sha256').update(verifier).digest('base64url')

export const approval: Approval = {
  approved: {
    id: code.grantId,
    issuer: app.issuer,
    clientId: app.clientId,
    subject: 'user-1',
    access: [
      { resource: api, scope: ['read', 'write'] },
      { resource: mail, scope: ['send'] },
    ],
    login: { authenticatedAt: start - 5 * second, acr: 'urn:example:mfa', amr: ['pwd', 'otp'] },
  },
  code: { hash: secretHash('code', code.secret), redirectUri: callback, pkce: { challenge } },
  requestEndsAt: null,
  codeLifetime: 60 * second,
  grantLifetime: 180 * day,
}

export const approved = (changes: Partial<Approval> = {}): CodeIssued =>
  frozen(approve({ ...approval, ...changes }, start))

/** A code issued without PKCE, as only a named exception allows. */
export const exempt = (): CodeIssued =>
  approved({ code: { hash: approval.code.hash, redirectUri: callback, pkce: { exempt: true } } })

export const redeeming = (changes: Partial<RedeemCode> = {}): RedeemCode => ({
  by: app,
  code,
  redirectUri: callback,
  verifier,
  mayOmitPkce: false,
  choice: { resource: api, scope: undefined, defaultResource: undefined },
  isCrossing: false,
  refresh: { idleLifetime: 30 * day, jkt: null },
  ...changes,
})

/** An active grant with its first refresh token, redeemed when it was approved. */
export function redeemed(changes: { approval?: Partial<Approval>; redeem?: Partial<RedeemCode> } = {}): Family {
  const step = redeemCode(approved(changes.approval), redeeming(changes.redeem), start, bytes(48, 2))
  const { grant, refreshToken } = accepted(step)
  return { grant: frozen(grant), token: parsed(refreshToken) }
}

export interface Family {
  readonly grant: Active
  readonly token: RefreshToken
}

export const rules: RefreshRules = { rotate: true, retryWindow: 30 * second, idleLifetime: 30 * day, peppers: [] }

export const refreshing = (token: RefreshToken, changes: Partial<Refresh> = {}): Refresh => ({
  by: app,
  token,
  jkt: null,
  choice: { resource: api, scope: undefined, defaultResource: undefined },
  rules,
  ...changes,
})

/** Refreshes with the current token; each `seed` gives another salt. */
export function rotated({ grant, token }: Family, at: number, seed: number, changes: Partial<Refresh> = {}): Family {
  const answer = accepted(refresh(grant, refreshing(token, changes), at, bytes(16, seed)))
  return { grant: frozen(answer.grant), token: parsed(answer.refreshToken) }
}

/** The same token with one byte changed in one of its parts. */
export const garbled = (token: RefreshToken, part: 'family' | 'secret'): RefreshToken => ({
  ...token,
  [part]: token[part].map((byte, i) => (i === 5 ? byte ^ 1 : byte)),
})

export function accepted<Answer extends { readonly ok: true }>({ answer }: Step<Answer>): Answer {
  if (!answer.ok) throw new Error(`refused: ${answer.refusal}`)
  return answer
}

/** A refusal after which there is nothing to write. */
export function expectUnchanged(step: Step<{ readonly ok: true }>, grant: Grant, refusal: Refusal): void {
  expect(step.answer).toEqual({ ok: false, refusal })
  expect(step.grant).toBe(grant)
}

export function parsed(text: string | null): RefreshToken {
  const token = text === null ? null : parseRefreshToken(text)
  if (!token) throw new Error(`not a refresh token: ${text}`)
  return token
}

export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part)
    Object.freeze(value)
  }
  return value
}
