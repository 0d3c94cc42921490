/**
 * The resource-server half of grantwright: check the access tokens that come to your API.
 *
 * @module
 */
export {
  type Access,
  type AccessDecision,
  type AccessNeed,
  asResourceServer,
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
} from './resource-server.js'
