/**
 * `grantwright/registration`: clients that nobody has to register by hand.
 *
 * @module
 */
export type { RegistrationDecision, RegistrationOptions, RegistrationRequest } from './options.js'
export { registration } from './registration.js'
export { type RegistrationTokens, registrationTokens } from './tokens.js'
