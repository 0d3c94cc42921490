/**
 * Where the parameters of an authorization request are, when they are not in the request itself.
 *
 * @module
 */
import type { Client } from '../clients/client.js'
import type { Asker } from '../clients/sources.js'
import type { Deployment } from '../deployment/deployment.js'
import type { OwnRefusal } from '../protocol/refusal-reason.js'

/** Experimental: it may change in any version. */
export interface RequestSource {
  /** The parameter that says where they are, such as `request`. One request can have one of them. */
  readonly parameter: string
  /**
   * Reads them. What is there counts in place of what stands beside; it may not speak of another client, nor of another source.
   *
   * @param value of the parameter.
   */
  read(value: string, client: Client, from: Asker, deployment: Deployment): Promise<SourceFound | SourceRefused>
}

/** The parameters, in order; `resource` may repeat. */
export interface SourceFound {
  readonly parameters: readonly (readonly [name: string, value: string])[]
  /** Whether these are all: then nothing that stands beside counts, but `client_id`. @default false */
  readonly isWhole?: boolean | undefined
}

/** Why they cannot be read, told to the client where it is certain where that is. */
export interface SourceRefused {
  readonly error: 'invalid_request' | 'invalid_request_object' | 'invalid_request_uri'
  readonly description: string
  /** For the event: `name:what`. */
  readonly reason: OwnRefusal
  readonly hint?: string | undefined
}
