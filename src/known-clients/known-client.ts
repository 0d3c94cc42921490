/**
 * What is known of a client that many people use: how it identifies itself, where it wants its answers, what it asks for. Every fact says
 * where it was read and when. What nobody has read is left out: a member that is absent means "not known", never "no".
 *
 * @module
 */

/** Where a fact was read, and when. */
export interface Source {
  readonly kind:
    | 'client code'
    | 'vendor documentation'
    /** The client ID metadata document itself, as its host serves it, or a public record of what it served. */
    | 'metadata document'
    /** What an operator of another server has seen and written down. */
    | 'public report'
  /** Where it can be read again. Absent for what this project gathered from several places of that kind. */
  readonly url?: string | undefined
  /** `2026-11-27`, or `2026-11` where the day was not written down: when it was last true. */
  readonly date: string
}

/** What every fact carries. */
export interface Sourced {
  readonly source: Source
}

/** A client, and what is known of it. Members that are lists are in the client's own order. */
export interface KnownClient {
  /** Of this list: small letters, digits and `-`. */
  readonly id: string
  /** As people know it. */
  readonly name: string
  readonly vendor: string
  /** The version that the facts are of, where there are versions. */
  readonly version?: string | undefined
  /** `hosted`: tokens are kept and used by the vendor's servers. `local`: by a program on the person's machine. `library`: by the app that uses it. */
  readonly runs: 'hosted' | 'local' | 'library'
  /** Host names of which the vendor is the owner: an https URI there is the vendor's. */
  readonly vendorHosts: readonly string[]
  /** Its client ID metadata documents. */
  readonly documents: readonly KnownDocument[]
  /** Ways of identifying itself; it takes the first whose conditions hold. */
  readonly identifies: readonly Identification[]
  /** Where it wants answers; it takes the first whose conditions hold. */
  readonly redirectUris: readonly KnownRedirectUri[]
  /** What it sends to the registration endpoint. */
  readonly registration?: KnownRegistration | undefined
  readonly authentication: KnownAuthentication
  readonly discovery?: KnownDiscovery | undefined
  readonly scope?: KnownScope | undefined
  readonly resource?: KnownResource | undefined
  readonly refresh?: KnownRefresh | undefined
  /** What surprises, and what a server does about it. */
  readonly traps: readonly Trap[]
}

/**
 * What has to hold at a server before a client takes a way; all of a list.
 *
 * - `document`: its metadata has `client_id_metadata_document_supported: true`
 * - `none`: `none` is among `token_endpoint_auth_methods_supported`
 * - `iss`: `authorization_response_iss_parameter_supported: true`
 * - `registration`: there is a `registration_endpoint`
 * - `configured`: a person has given the client a `client_id` by hand
 * - `document_configured`: a person has given the client the URL of a metadata document
 */
export type Condition = 'document' | 'none' | 'iss' | 'registration' | 'configured' | 'document_configured'

/** A way of identifying itself. */
export interface Identification extends Sourced {
  readonly by:
    | 'document'
    | 'registration'
    /** A `client_id` that was agreed on beforehand. */
    | 'static'
  readonly when: readonly Condition[]
  /** Of `document`: which one, as in {@link KnownClient.documents}. Absent where the app or the person brings it. */
  readonly document?: string | undefined
}

/** A client ID metadata document. */
export interface KnownDocument extends Sourced {
  /** Also its `client_id`. `{id}` stands for what differs between connectors. */
  readonly url: string
  /** What it held. Absent where nobody has read it, or where it differs. */
  readonly copy?: ShippedCopy | undefined
}

/** What a document held, for when its host does not answer. */
export interface ShippedCopy extends Sourced {
  readonly document: ClientDocument
}

/** The members of a document that a server looks at. */
export interface ClientDocument {
  readonly client_id: string
  readonly client_name?: string
  readonly client_uri?: string
  readonly logo_uri?: string
  readonly redirect_uris: readonly string[]
  readonly grant_types?: readonly string[]
  readonly response_types?: readonly string[]
  readonly application_type?: string
  readonly scope?: string
  readonly token_endpoint_auth_method?: string
  readonly token_endpoint_auth_methods_supported?: readonly string[]
  readonly token_endpoint_auth_signing_alg?: string
  readonly jwks_uri?: string
  readonly [member: string]: unknown
}

/** Where a client wants its answers. */
export interface KnownRedirectUri extends Sourced {
  /** As it is compared. `{id}` stands for what differs between connectors or servers. Without port where the port is chosen at each time. */
  readonly uri: string
  /** `any`: of a loopback URI, whose port is free (RFC 8252 §7.3). */
  readonly port: 'exact' | 'any'
  /**
   * Whether an answer sent there reaches this client and no other: an https URI at a host of the vendor does, and proves who the client is; a loopback
   * address or a scheme of its own can be taken by any program of that machine, and proves nothing.
   */
  readonly proves: boolean
  /** The port that it tries first, where it has one. */
  readonly firstPort?: number | undefined
  readonly when?: readonly Condition[] | undefined
  /** `false` where it is listed or expected soon, but no request with it is known. */
  readonly used?: false | undefined
}

/** What it sends to the registration endpoint. */
export interface KnownRegistration extends Sourced {
  /**
   * `{port}` in a redirect URI stands for the port that it listens on, `{id}` as above, `{redirect_uri}` for the one that an app brings to a
   * library, `{name}` in `client_name` for what the person has called the server. Members that it leaves out are not here.
   */
  readonly body: RegistrationBody
  /**
   * Members whose value depends on the server; `body` has what it sends where the server says nothing.
   *
   * - `scope`: what it is going to ask for
   * - `grant_types`: those of the list that the server supports
   * - `token_endpoint_auth_method`: the first of its methods that the server lists
   * - `application_type`: `native` with a loopback redirect URI or a scheme of its own, else `web`
   */
  readonly adapts?: readonly ('scope' | 'grant_types' | 'token_endpoint_auth_method' | 'application_type')[] | undefined
  /**
   * `each_connection`: registers anew whenever it connects. `each_login`: whenever it asks a person to log in; until then it refreshes as the client
   * that it was. `once`: keeps what it got, per server.
   */
  readonly repeats?: 'each_connection' | 'each_login' | 'once' | undefined
}

/** Client metadata, as RFC 7591 §2 has it. */
export interface RegistrationBody {
  readonly redirect_uris: readonly string[]
  readonly client_name?: string
  readonly client_uri?: string
  readonly logo_uri?: string
  readonly grant_types?: readonly string[]
  readonly response_types?: readonly string[]
  readonly token_endpoint_auth_method?: string
  readonly application_type?: string
  readonly scope?: string
  readonly [member: string]: unknown
}

/** How it proves itself at the token endpoint. */
export interface KnownAuthentication extends Sourced {
  /** The first that the server lists is taken; those with a secret only where it has one. */
  readonly methods: readonly ('none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt')[]
  /** Of `private_key_jwt`. */
  readonly assertion?: {
    readonly alg: string
    readonly audience: 'token_endpoint' | 'issuer'
    readonly jwksUri?: string | undefined
  }
}

/** Forms of the address of protected resource metadata (RFC 9728 §3.1): what the challenge says, `/.well-known/…` before the path, at the root. */
export type ResourceMetadataForm = 'challenge' | 'path_inserted' | 'root'

/**
 * Forms of the address of server metadata. For the issuer `https://host/a`: `/.well-known/oauth-authorization-server/a`,
 * `/.well-known/openid-configuration/a`, `/a/.well-known/openid-configuration`, and the two without the path.
 */
export type ServerMetadataForm =
  | 'oauth_path_inserted'
  | 'openid_path_inserted'
  | 'openid_path_appended'
  | 'oauth_root'
  | 'openid_root'

/** How it finds the server. */
export interface KnownDiscovery extends Sourced {
  readonly resourceMetadata?: readonly ResourceMetadataForm[] | undefined
  readonly serverMetadata?: readonly ServerMetadataForm[] | undefined
  /** Whether it tries `/authorize`, `/token` and `/register` at the root when there is no metadata. */
  readonly guessesEndpoints?: boolean | undefined
  /** Which of several `authorization_servers` it takes. */
  readonly takes?: 'first' | 'choice' | undefined
  /** Whether `issuer` of the metadata must be the string that the resource names. */
  readonly comparesIssuer?: boolean | undefined
  /** Whether it checks the `iss` of the answer (RFC 9207): `always` also where no `iss` is advertised, so that an answer without it is refused. */
  readonly checksIss?: 'never' | 'when_sent_or_advertised' | 'always' | undefined
  /** Whether metadata of the resource must have the same origin as the resource. */
  readonly sameOriginOnly?: boolean | undefined
  /** Seconds within which an answer must come. */
  readonly timeout?: number | undefined
  /** Seconds for which it does not look again. */
  readonly cachedFor?: number | undefined
}

/** What it asks for. */
export interface KnownScope extends Sourced {
  /** The first that is there is asked for: of the challenge, of resource metadata, of server metadata (all of `scopes_supported`), or of a setting. */
  readonly from: readonly ('challenge' | 'resource_metadata' | 'server_metadata' | 'configured')[]
  /** Asked for when none of these is there. Absent: it then sends no `scope`. */
  readonly otherwise?: string | undefined
  /** Adds `offline_access` when `scopes_supported` of the server has it. */
  readonly offlineAccess?: boolean | undefined
  /** Whether it sends `prompt=consent` when it asks for `offline_access`. */
  readonly promptsForOfflineAccess?: boolean | undefined
}

/** What it does with the resource (RFC 8707, RFC 9728). */
export interface KnownResource extends Sourced {
  /** The requests that carry it. */
  readonly sentWith?: readonly ('authorization' | 'token' | 'refresh')[] | undefined
  /** `href`: as `new URL(…).href` writes it, so that `https://host` gets a slash. */
  readonly spelling?: 'as_given' | 'href' | undefined
  /**
   * How `resource` of the resource's metadata is compared with the URL that it calls: `exact`, as strings; `normalized`, both after a URL parser;
   * `path_prefix`, the same origin and a path that the called one begins with.
   */
  readonly compares?: 'exact' | 'normalized' | 'path_prefix' | undefined
}

/** How it refreshes, where that is known. */
export interface KnownRefresh extends Sourced {
  /** Several at once with the same token. */
  readonly parallel?: boolean | undefined
  /** From more than one address. */
  readonly fromSeveralAddresses?: boolean | undefined
}

/** What surprises, and what a server does about it. */
export interface Trap extends Sourced {
  /** A sentence for people. */
  readonly trap: string
  /** What to do, as a sentence. Absent where the library sees to it. */
  readonly cure?: string | undefined
}
