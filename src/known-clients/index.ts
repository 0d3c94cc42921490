/**
 * MCP clients that many people use: what is known of each, dated and with its source, and what can be read off it. Data and pure functions;
 * nothing here asks anybody.
 *
 * @module
 */
export { resourceMetadataUrls, serverMetadataUrls } from './addresses.js'
export { findByDocument, findByRedirectUri, knownRedirectUris, shippedCopy } from './find.js'
export type {
  ClientDocument,
  Condition,
  Identification,
  KnownAuthentication,
  KnownClient,
  KnownDiscovery,
  KnownDocument,
  KnownRedirectUri,
  KnownRefresh,
  KnownRegistration,
  KnownResource,
  KnownScope,
  RegistrationBody,
  ResourceMetadataForm,
  ServerMetadataForm,
  ShippedCopy,
  Source,
  Sourced,
  Trap,
} from './known-client.js'
export { knownClients } from './list.js'
export { provenClient } from './proof.js'
export {
  authorizationParameters,
  codeParameters,
  type Encounter,
  identify,
  redirectUriOf,
  refreshParameters,
  registrationRequest,
  scopeOf,
} from './requests.js'
