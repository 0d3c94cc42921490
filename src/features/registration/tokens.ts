/**
 * Initial access tokens: who has one may register a client.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-3 RFC 7591 §3}
 * @module
 */
import type { Deployment } from '../../deployment/deployment.js'
import { Unavailable } from '../../edge/errors.js'
import { deploymentOf } from '../../points/deployments.js'
import { encodeBase64url } from '../../runtime/hash.js'
import { mistake, toMilliseconds } from '../../runtime/option-checks.js'
import type { AuthorizationServer } from '../../server.js'
import { pointersOf } from './pointers.js'

/** What is stored of an initial access token: not the token. */
interface InitialAccess {
  readonly id: string
  readonly issuer: string
  readonly usesLeft: number
  readonly note: string | undefined
  readonly expiresAt: number
}

export interface RegistrationTokens {
  /**
   * Makes a token that registers clients. It is shown this once.
   *
   * @param options `expiresIn` in seconds, a day by default; `uses`, how many clients it may register, 1 by default; `note`, at most 200 characters,
   * for the policy to read.
   * @throws {TypeError} when an option is wrong.
   */
  issue(options?: {
    readonly expiresIn?: number | undefined
    readonly uses?: number | undefined
    readonly note?: string | undefined
  }): Promise<{ readonly token: string; readonly expiresAt: number }>
  /** Ends a token; no error when there is none. */
  revoke(token: string): Promise<void>
}

const YEAR = 365 * 86_400

/**
 * Initial access tokens for a server with the feature `registration()`.
 *
 * @example
 * const { token } = await registrationTokens(auth).issue({ note: 'partner 7' })
 * // The partner posts the client's metadata to `registration_endpoint` with `Authorization: Bearer <token>`.
 *
 * @throws {TypeError} when `server` was not made by createAuthorizationServer.
 */
export function registrationTokens(server: AuthorizationServer): RegistrationTokens {
  const deployment = deploymentOf(server)
  const tokens = pointersOf<InitialAccess>(deployment)
  return {
    async issue({ expiresIn = 86_400, uses = 1, note } = {}) {
      const lifetime = toMilliseconds(expiresIn, 'issue: expiresIn', 1, YEAR, 'The default is a day.')
      if (!Number.isInteger(uses) || uses < 1) throw mistake('issue: uses must be a whole number, 1 or more.', uses)
      if (note !== undefined && (typeof note !== 'string' || note.length > 200)) {
        throw mistake('issue: note must be a string of at most 200 characters.', note)
      }
      const token = `gwia_${encodeBase64url(deployment.randomBytes(32))}`
      const expiresAt = deployment.now() + lifetime
      const { issuer } = deployment.settings
      if (!(await tokens.insert({ id: idOf(deployment, token), issuer, usesLeft: uses, note, expiresAt }))) {
        throw new Error('The id of a new token is taken: randomBytes does not return random bytes.')
      }
      return { token, expiresAt }
    },
    revoke: (token) => tokens.remove(idOf(deployment, token)),
  }
}

/** Initial access tokens, as the registration endpoint works with them. */
export interface InitialAccessTokens {
  /** What a token allows now; null when it is none, or not any more. */
  find(token: string): Promise<Pick<InitialAccess, 'note'> | null>
  /** Takes one use away. False when there was none left. */
  spend(token: string): Promise<boolean>
}

export function initialAccessTokens(deployment: Deployment): InitialAccessTokens {
  const tokens = pointersOf<InitialAccess>(deployment)
  const good = async (token: string) => {
    const found = await tokens.get(idOf(deployment, token))
    return found && found.value.usesLeft > 0 && deployment.now() < found.value.expiresAt ? found : null
  }
  return {
    async find(token) {
      const found = await good(token)
      return found && { note: found.value.note }
    },
    async spend(token) {
      for (let lost = 0; lost < 4; lost++) {
        const found = await good(token)
        if (!found) return false
        const { value, version } = found
        if (await tokens.replace({ ...value, usesLeft: value.usesLeft - 1 }, version)) return true
      }
      throw new Unavailable('An initial access token is used by too many at once.')
    },
  }
}

const idOf = ({ recordId }: Deployment, token: string): string => recordId('initial access token', token)
