/**
 * The options of dynamic registration, and their checks.
 *
 * @module
 */
import type { ClientView } from '../../clients/client.js'
import type { ClientMetadata } from '../../protocol/client-metadata.js'
import type { ClientSettings } from '../../protocol/client-settings.js'
import { checkFunctions, isRecord, mistake, refuseUnknown } from '../../runtime/option-checks.js'
import type { Said } from './rules/self-described.js'

/** Options of {@link registration}. */
export interface RegistrationOptions {
  /**
   * Whether anybody may register a client, without a token. Whoever can reach the server can then have records written (in bounds, and they go after a
   * day unless somebody approves the client), and show people a consent page with a name of their choice.
   *
   * @default false: an initial access token of {@link registrationTokens} is needed, unless there is a `policy`
   */
  readonly open?: boolean | undefined
  /**
   * Which redirect URIs may be registered, beyond what every client must observe: a list, compared as strings (the port of a loopback URI is free), or a
   * function that says `true`, or why not, as the end of a sentence that begins with the URI. One that is refused is left out, and the client is told;
   * the others are registered.
   *
   * @default all that clients may have
   */
  readonly redirectUris?: readonly string[] | ((uri: string) => true | string) | undefined
  /**
   * Which redirect URIs you vouch for. Registrations with none but these are counted apart, so that strangers use up nothing of theirs.
   *
   * @default those of the list `redirectUris`, and none where that is a function
   */
  readonly vouchedFor?: ((uri: string) => boolean) | undefined
  /**
   * Decides about each registration, with or without a token, and about each change that a client makes to its own. It gives the client what only an
   * operator can give. `false`, or a sentence for the client's developer, refuses it.
   */
  readonly policy?: ((request: RegistrationRequest) => RegistrationDecision | Promise<RegistrationDecision>) | undefined
}

/** What a policy decides about. */
export interface RegistrationRequest {
  /** What would be registered. */
  readonly client: ClientSettings
  /** The client that changes its registration; null when it is a new one. */
  readonly before: ClientView | null
  /** What was sent. Nothing in it is believed. */
  readonly metadata: Said
  /** What was noted when the initial access token was issued; null when the request came without one, and for a change. */
  readonly token: { readonly note: string | undefined } | null
  /** Where the request came from, as `trustProxy` has it. */
  readonly address: string | undefined
  /** Whether nothing will be registered: somebody tries what would be. */
  readonly isTrial: boolean
}

/** Whether a client is registered, and with which of an operator's fields. */
export type RegistrationDecision = boolean | string | GivenFields

/** What only an operator can give. */
export type GivenFields = Pick<
  ClientMetadata,
  'first_party' | 'remember_consent' | 'allow_missing_pkce' | 'resources' | 'scope' | 'default_scope'
>

/** @throws {TypeError} when an option is wrong. */
export function checkRegistrationOptions(options: RegistrationOptions): void {
  if (!isRecord(options)) throw mistake('registration takes options. Write `registration({ open: true })`.', options)
  refuseUnknown(options, ['open', 'redirectUris', 'vouchedFor', 'policy'], 'registration')
  checkFunctions(options, ['vouchedFor', 'policy'], 'registration: ')
  const { open, redirectUris } = options
  if (open !== undefined && typeof open !== 'boolean') throw mistake('registration: open must be true or false.', open)
  if (redirectUris === undefined || typeof redirectUris === 'function') return
  if (
    !Array.isArray(redirectUris) ||
    redirectUris.length === 0 ||
    !redirectUris.every((uri) => typeof uri === 'string')
  ) {
    throw mistake(
      'registration: redirectUris must be a list of redirect URIs, or a function. Leave it out for all that clients may have.',
      redirectUris,
    )
  }
}
