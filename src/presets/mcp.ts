/**
 * What a deployment for MCP clients needs, and nothing else.
 *
 * @see {@link https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization MCP, Authorization}
 * @module
 */
import type { ServerOptions } from '../construction/options.js'
import {
  type DocumentsOptions,
  metadataDocuments,
  privateKeyJwt,
  registration,
} from '../features/registration/index.js'
import { findByRedirectUri, knownClients, knownRedirectUris, provenClient } from '../known-clients/index.js'
import type { Feature } from '../points/feature.js'
import { isLoopbackRedirect, isPrivateUseRedirect } from '../protocol/redirect-uri.js'
import { isRecord, mistake, refuseUnknown } from '../runtime/option-checks.js'

/** Options of {@link mcp}. */
export interface McpOptions {
  /** How metadata documents and the keys of clients are fetched. @default with a guard against addresses that are not public */
  readonly documents?: DocumentsOptions | undefined
  /**
   * Redirect URIs that clients may register beyond those of known clients and of programs on people's own machines: whole, compared as strings.
   *
   * @default []
   */
  readonly redirectUris?: readonly string[] | undefined
  /**
   * Whether any program on a person's own machine may register: any `http` redirect URI of a loopback host. Without it only those of known clients.
   *
   * @default true
   */
  readonly localClients?: boolean | undefined
  /** Further features. @default [] */
  readonly features?: readonly Feature[] | undefined
}

/**
 * Lets MCP clients connect that nobody has registered: by their metadata document, by registration, with a key of their own. To be spread into the
 * options of `createAuthorizationServer`.
 *
 * Registration is open for the redirect URIs of known clients (`grantwright/known-clients`) and for loopback URIs; others need `redirectUris`. A client whose
 * answer certainly goes to a known vendor is marked on the consent page.
 *
 * @example
 * const auth = createAuthorizationServer({ issuer, storage, users, resources, ...mcp() })
 *
 * @throws {TypeError} when an option is wrong, or the runtime cannot fetch documents safely and no `fetch` is given.
 */
export function mcp(options: McpOptions = {}): Required<Pick<ServerOptions, 'features' | 'privateUseRedirectUris'>> {
  check(options)
  const { redirectUris = [], localClients = true, features = [], documents } = options
  const own = new Set(redirectUris)
  const mayRegister = (uri: string): true | string =>
    own.has(uri) ||
    findByRedirectUri(uri).length > 0 ||
    (localClients && isLoopbackRedirect(uri)) ||
    'is of no known client, and not in redirectUris of mcp()'
  // A loopback address is anybody's, also where a known client uses it.
  const vouchedFor = (uri: string): boolean =>
    own.has(uri) || findByRedirectUri(uri).some(({ redirectUri }) => redirectUri.proves)
  return {
    privateUseRedirectUris: knownRedirectUris.filter((uri) => isPrivateUseRedirect(uri) && !/^[^:]*\./.test(uri)),
    features: [
      registration({ open: true, redirectUris: mayRegister, vouchedFor }),
      metadataDocuments({ documents, knownDocuments }),
      privateKeyJwt({ documents }),
      {
        name: 'known clients',
        recognizes: (request) => provenClient(request)?.name,
        // MCP, Refresh Tokens: told by the server, and by no resource; clients that find it here ask for refresh tokens by it.
        metadata: { scopes_supported: ['offline_access'] },
      },
      ...features,
    ],
  }
}

/** What the documents of known clients held, for when their hosts do not answer. */
const knownDocuments = knownClients.flatMap(({ documents }) =>
  documents.flatMap(({ url, copy }) =>
    copy ? [{ client_id: url, document: copy.document, asOf: copy.source.date }] : [],
  ),
)

function check(options: McpOptions): void {
  if (!isRecord(options)) throw mistake('mcp takes options. Write `...mcp()`.', options)
  refuseUnknown(options, ['redirectUris', 'localClients', 'features', 'documents'], 'mcp')
  const { redirectUris = [], localClients = true, features = [] } = options
  if (!Array.isArray(redirectUris) || !redirectUris.every((uri) => typeof uri === 'string')) {
    throw mistake("mcp: redirectUris must be a list, as in `['https://agent.example.com/callback']`.", redirectUris)
  }
  if (typeof localClients !== 'boolean') throw mistake('mcp: localClients must be true or false.', localClients)
  if (!Array.isArray(features)) throw mistake('mcp: features must be a list. Write `features: [feature()]`.', features)
}
