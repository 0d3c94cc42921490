/**
 * `grantwright/registration`: clients that nobody has to register by hand, and clients that prove themselves with a key of their own.
 *
 * @module
 */
export type { DocumentsOptions } from '../../guarded-fetch/documents.js'
export { type KnownMetadataDocument, type MetadataDocumentsOptions, metadataDocuments } from './metadata-documents.js'
export type { RegistrationDecision, RegistrationOptions, RegistrationRequest } from './options.js'
export { type PrivateKeyJwtOptions, privateKeyJwt } from './private-key-jwt.js'
export { registration } from './registration.js'
export { type RegistrationTokens, registrationTokens } from './tokens.js'
