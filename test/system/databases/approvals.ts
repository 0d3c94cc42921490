/**
 * Codes as the authorization endpoint would have stored them, and the forms with which the client uses them.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { approve } from '../../../src/grant/approve.js'
import { deletableAt, type Grant } from '../../../src/grant/state.js'
import { formatCode, parseRefreshToken, type RefreshToken, secretHash } from '../../../src/protocol/token-string.js'
import { digest } from '../../../src/runtime/hash.js'
import { availableStorage } from '../../../src/storage/available.js'
import type { Storage } from '../../../src/storage/contract.js'
import { type Repository, repository } from '../../../src/storage/repositories.js'
import { clientId, issuer, redirectUri, resource } from './server.js'

export interface Approved {
  readonly grantId: string
  /** The form that redeems the code. */
  readonly form: string
}

const minute = 60_000
const day = 86_400_000

export function grantsIn(storage: Storage): Repository<Grant> {
  return repository<Grant>(
    availableStorage(storage, 3000),
    { now: Date.now, randomBytes },
    {
      kind: 'grant',
      id: (grant) => grant.id,
      subject: (grant) => grant.subject,
      clientId: (grant) => grant.clientId,
      expiresAt: (grant) => deletableAt(grant, 10 * minute),
      belongs: (grant) => grant.issuer === issuer,
    },
  )
}

export async function storedGrant(storage: Storage, id: string): Promise<Grant> {
  const found = await grantsIn(storage).get(id)
  if (!found) throw new Error(`The grant ${id} is gone.`)
  return found.value
}

/** Users approve; each has one grant. Their codes live for 10 minutes. */
export async function issueCodes(storage: Storage, count: number, now: number): Promise<Approved[]> {
  const grants = grantsIn(storage)
  return Promise.all(
    Array.from({ length: count }, async () => {
      const grantId = randomBytes(16).toString('base64url')
      const secret = randomBytes(32)
      const verifier = randomBytes(32).toString('base64url')
      const access = [{ resource, scope: ['read', 'write'] }]
      const grant = approve(
        {
          approved: { id: grantId, issuer, clientId, subject: `user ${grantId}`, access, login: {} },
          code: { hash: secretHash('code', secret), redirectUri, pkce: { challenge: digest(verifier) } },
          requestEndsAt: null,
          codeLifetime: 10 * minute,
          grantLifetime: 180 * day,
        },
        now,
      )
      if (!(await grants.insert(grant))) throw new Error('The id of a new grant was taken.')
      const code = formatCode({ grantId, secret })
      return { grantId, form: formOf({ grant_type: 'authorization_code', code, code_verifier: verifier }) }
    }),
  )
}

export const refreshForm = (token: string): string => formOf({ grant_type: 'refresh_token', refresh_token: token })

export const formOf = (parameters: Record<string, string>): string =>
  new URLSearchParams({ client_id: clientId, ...parameters }).toString()

export function parsedToken(text: string | undefined): RefreshToken {
  const token = parseRefreshToken(text ?? '')
  if (!token) throw new Error(`not a refresh token: ${text}`)
  return token
}
