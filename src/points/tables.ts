/**
 * What a server and its features have together, looked up by name.
 *
 * @module
 */
import type { Client } from '../clients/client.js'
import type { VerifyClient } from '../clients/verify.js'
import type { Deployment } from '../deployment/deployment.js'
import type { SigningAlgorithm } from '../keys/jwk.js'
import type { ClientVocabulary } from '../protocol/client-vocabulary.js'
import type { Confirmation } from '../protocol/confirmation.js'
import type { ClientAuthentication } from './client-authentication.js'
import type { GrantType } from './grant-type.js'
import type { KeyProof } from './key-proof.js'
import type { RequestSource } from './request-source.js'
import type { ResponseMode } from './response-mode.js'
import type { SignedOut } from './signed-out.js'
import type { Term } from './term.js'

/** The name of whoever gets the answer to an authorization request, when that is certain. */
export type Recognize = (request: { readonly client_id: string; readonly redirect_uri: string }) => string | undefined

export interface Tables {
  readonly grantTypes: ReadonlyMap<string, GrantType>
  readonly clientAuthentication: readonly ClientAuthentication[]
  readonly responseModes: ReadonlyMap<string, ResponseMode>
  /** By their parameter. */
  readonly requestSources: ReadonlyMap<string, RequestSource>
  readonly keyProofs: ReadonlyMap<Confirmation['member'], KeyProof>
  readonly terms: ReadonlyMap<string, Term>
  /** What features sign with, each once. */
  readonly algorithms: readonly SigningAlgorithm[]
  /** Who know clients by where their answers go. */
  readonly recognizers: readonly Recognize[]
  /** Who look further at what a client says of itself. */
  readonly verifyClient: readonly VerifyClient[]
  /** How clients know users; undefined where that is for all the same. */
  readonly knownAs:
    | ((client: Client, subject: string, server: Deployed, redirectUri?: string) => string | Promise<string>)
    | undefined
  /** What is kept secret for ever, each once. */
  readonly keptSecrets: readonly string[]
  /** Who want to know of a logout before it is carried out. */
  readonly signedOut: readonly ((who: SignedOut, server: Deployed) => Promise<void>)[]
  /** What is limited, each once. */
  readonly limits: readonly string[]
  /** What client metadata may say. */
  readonly clients: ClientVocabulary
}

/** A running server with its tables. */
export interface Deployed extends Deployment {
  readonly tables: Tables
}
