/**
 * grantwright: an embeddable OAuth 2.1 authorization server. The public names, and nothing else.
 *
 * @module
 */

export type { GrantRegistry, GrantView } from './account/grants.js'
export type { ClientView } from './clients/client.js'
export type { ClientRegistry, ClientWithSecret } from './clients/contract.js'
export type { NewClient } from './clients/given.js'
export type { Asker, ClientSource } from './clients/sources.js'
export type { StaticClient } from './clients/static.js'
export type { ServerOptions } from './construction/options.js'
export type { Limits, LimitWindow, RateLimiter } from './deployment/limits.js'
export type { ResourceOptions, ScopeOptions, ScopeWords } from './deployment/resource-options.js'
export { OAuthError, type OAuthErrorCode, type RefusalReason } from './edge/errors.js'
export type { ServerEvent } from './edge/events.js'
export { type FromRequestOptions, fromRequest, toResponse } from './edge/fetch.js'
export { BodyTooLarge, type HttpRequest, type HttpResponse, type ParsedForm } from './edge/message.js'
export { type ImportSignerOptions, importSigner, type PublicJwk, type SigningAlgorithm } from './keys/signer.js'
export type { Signer } from './keys/signer-contract.js'
export type { AppsView } from './pages/apps.js'
export type { ConsentChoice, ConsentQuestion, ConsentResource, ConsentScope, ConsentView } from './pages/consent.js'
export type { ErrorView } from './pages/error.js'
export type { PageForm } from './pages/form.js'
export type { FormPostView } from './pages/form-post.js'
export type { LoginView } from './pages/login.js'
export type { LoggedOutView, LogoutView } from './pages/logout.js'
export type { Messages } from './pages/messages.js'
export type {
  PagesOptions,
  Palette,
  RenderContext,
  Rendered,
  RenderedDocument,
  RenderedRedirect,
  RenderPage,
  Theme,
} from './pages/options.js'
export type { PageView } from './pages/views.js'
export type {
  ClientAuthentication,
  PresentedClient,
  RefusedProof,
  SentCredentials,
} from './points/client-authentication.js'
export type { Endpoint } from './points/endpoint.js'
export type { AsClient, Feature } from './points/feature.js'
export type { GrantType, LoneToken, StepOptions, TokenRequest } from './points/grant-type.js'
export type { KeyProof, KeyProofTarget } from './points/key-proof.js'
export type { ResponseFields, ResponseMode } from './points/response-mode.js'
export type { Choosing, Offer, OptionalParts, Question, Term, TermIssue, TermRequest } from './points/term.js'
export type { ClientMetadata } from './protocol/client-metadata.js'
export type { ClientField } from './protocol/client-vocabulary.js'
export type { Json } from './protocol/json.js'
export { TermRefused, type TermValues } from './protocol/terms.js'
export type { IntrospectionOptions } from './resource/introspection.js'
export type { ResourceMetadata } from './resource/protected-resource.js'
export {
  type Access,
  type AccessDecision,
  type AccessNeed,
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
} from './resource/resource-server.js'
export { type AuthorizationServer, createAuthorizationServer } from './server.js'
export type { Kind, Storage, StoredRecord } from './storage/contract.js'
export { type PurgingOptions, startPurging } from './storage/purging.js'
export type { Claims, ClaimsContext, Login, LoginContext, LoginNeed, UserAuthentication } from './users/contract.js'
export { type ExternalLoginOptions, externalLogin } from './users/external.js'
export type { NewSession, StartedSession } from './users/new-session.js'
export { type PasswordAuthentication, passwordLogin } from './users/password.js'
export { hashPassword, needsRehash, verifyPassword } from './users/password-hash.js'
export type {
  FindUserOptions,
  PasswordLoginOptions,
  StoredUser,
  VerifiedUser,
  VerifyPasswordOptions,
} from './users/password-options.js'
export { parseReturnTo } from './users/return-to.js'
export type { UserAuthenticationFactory, UserServices } from './users/services.js'
export type { Limiter, LoginAttempt } from './users/throttle.js'
