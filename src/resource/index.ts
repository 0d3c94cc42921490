/**
 * The resource-server half of grantwright: check the access tokens that come to your API.
 *
 * @module
 */
export type { SigningAlgorithm } from '../keys/jwk.js'
export type { IntrospectionOptions } from './introspection.js'
export type { ResourceMetadata } from './protected-resource.js'
export {
  type Access,
  type AccessDecision,
  type AccessNeed,
  asResourceServer,
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
} from './resource-server.js'
export {
  type AuthInfo,
  authInfoOf,
  scopeChallenge,
  type TokenVerifier,
  type TokenVerifierOptions,
  tokenVerifier,
} from './token-verifier.js'
