/**
 * What the server lends to a user-authentication that keeps records or shows pages of its own, as {@link passwordLogin} does.
 *
 * @module
 */
import type { ServerEventBody } from '../edge/events.js'
import type { HttpRequest } from '../edge/message.js'
import type { Answer } from '../pages/views.js'
import type { Storage } from '../storage/contract.js'
import type { PendingLogin, UserAuthentication } from './contract.js'
import type { StartSession } from './new-session.js'

export interface UserServices {
  readonly issuer: string
  readonly storage: Storage
  now(): number
  randomBytes(length: number): Uint8Array
  /** A record id of 43 characters for `name`, with issuer and kind hashed in. */
  recordId(kind: string, name: string): string
  /** Absolute path of the login page, for example `/oauth/login`. */
  readonly loginPath: string
  /** Whether a posted form came from a page of this server, or of the app's own front end. */
  isOwnForm(request: HttpRequest): boolean
  /** Absolute path of the connected apps, which want a login for themselves. */
  readonly appsPath: string
  /**
   * What waits for a login behind a handle (the `pending` parameter of `LoginNeed.returnTo`), when it is still kept and belongs to this
   * browser's cookie; with `PendingLogin.pageToken` also when it is gone; else null.
   */
  pendingLogin(request: HttpRequest, handle: string, pageToken?: string): Promise<PendingLogin | null>
  emit(event: ServerEventBody): void
  /** The limits of the server, which the app may have limiters of its own for. */
  readonly limits: {
    /**
     * Counts one more of what `name` says, in a window of `length` milliseconds.
     *
     * @returns 0 when there is room, else how many milliseconds to wait.
     */
    take(
      name: string,
      key: string,
      window: { readonly limit: number; readonly length: number },
      address?: string,
    ): Promise<number>
  }
}

/** An endpoint of its own, mounted by the server at an absolute path. */
export interface UserEndpoint {
  readonly path: string
  readonly methods: { readonly [method: string]: (request: HttpRequest) => Promise<Answer> }
}

/** A user-authentication with endpoints, built once the server's parts exist. */
export type UserAuthenticationFactory = (services: UserServices) => UserAuthentication & {
  readonly endpoints: readonly UserEndpoint[]
  readonly startSession?: StartSession | undefined
}
