/**
 * Dynamic client registration.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591 RFC 7591}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7592 RFC 7592}
 * @module
 */
import type { Feature } from '../../points/feature.js'
import { version } from '../../runtime/version.js'
import { describing } from './describe.js'
import { limitNames } from './limits.js'
import { managing } from './manage.js'
import { checkRegistrationOptions, type RegistrationOptions } from './options.js'
import { registering } from './register.js'
import { sharedClients } from './shared-clients.js'

/**
 * Clients register themselves: RFC 7591, and RFC 7592 to read, change and remove what they have registered.
 *
 * A client that nobody approves is gone after a day; one that somebody has approved stays as long as the grant. Public clients that register with the same
 * words get the same client, which nobody can change. Operators' fields (`first_party`, `allow_missing_pkce` …) come from `policy` alone.
 *
 * @example
 * createAuthorizationServer({ …, features: [registration({ open: true })] })
 *
 * @throws {TypeError} when an option is wrong.
 */
export function registration(options: RegistrationOptions = {}): Feature {
  checkRegistrationOptions(options)
  return {
    name: 'registration',
    madeFor: version,
    limits: limitNames,
    endpoints(server) {
      const { urls } = server
      const describe = describing(server, options)
      return [
        {
          name: 'register',
          paths: [urls.paths.register],
          methods: {
            POST: registering(server, options, describe, sharedClients(server)),
            ...managing(server, describe),
          },
          answers: 'json',
          cors: true,
          metadata: {
            registration_endpoint: urls.of('register'),
            registration_dry_run_supported: true,
            registration_management_supported: true,
          },
        },
      ]
    },
  }
}
