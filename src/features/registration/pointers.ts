/**
 * Records of this feature that expire and belong to one issuer.
 *
 * @module
 */
import type { Deployment } from '../../deployment/deployment.js'
import { type Repository, repository } from '../../storage/repositories.js'

interface Pointer {
  readonly id: string
  readonly issuer: string
  readonly expiresAt: number
}

/** @param clientId the client that a record is about, for the eyes of operators. */
export const pointersOf = <T extends Pointer>(
  { now, randomBytes, settings, storage }: Deployment,
  clientId?: (value: T) => string,
): Repository<T> =>
  repository<T>(
    storage,
    { now, randomBytes, patience: settings.storageTimeout },
    {
      kind: 'pointer',
      id: ({ id }) => id,
      clientId,
      expiresAt: ({ expiresAt }) => expiresAt,
      belongs: ({ issuer }) => issuer === settings.issuer,
    },
  )
