/**
 * An MCP deployment on loopback to which every known client connects, and a handler before it that breaks what a test wants broken. Documents
 * are those that ship, and registration is of the tests' own: what is examined here is the examiner.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type ServerOptions as SecureServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { nodeListener, requireAccessToken, resourceMetadata } from '../../../adapters/node.js'
import { findByDocument, type KnownClient, shippedCopy } from '../../../src/known-clients/index.js'
import type { Feature } from '../../../src/points/feature.js'
import { clientMetadataParser } from '../../../src/protocol/parse-client-metadata.js'
import { createResourceServer } from '../../../src/resource/index.js'
import { createAuthorizationServer } from '../../../src/server.js'
import { memoryStorage } from '../../../src/storage/memory.js'
import { passwordLogin } from '../../../src/users/password.js'

export interface Breakage {
  /** Changes an answer before it is sent. */
  readonly answer?: (path: string, answer: Mutable, method: string) => void
  /** Answers in place of the deployment; false leaves it to that. */
  readonly instead?: (req: IncomingMessage, res: ServerResponse) => boolean
  readonly withoutDocuments?: boolean
  /** Whether it says what it would register, and whether also that what is registered can be removed again. */
  readonly dryRun?: 'alone' | 'and management'
  /** What the registration endpoint says; undefined leaves it to itself. */
  readonly register?: (uris: readonly string[]) => { readonly status: number; readonly body: object } | undefined
  /** Whether it gives the means to remove a client. @default true */
  readonly manages?: boolean
  /** Whether a removal succeeds. @default true */
  readonly removes?: boolean
  /** Serves https at `localhost`. */
  readonly secure?: SecureServerOptions
}

export interface Mutable {
  status: number
  headers: Map<string, string | string[]>
  body: string
}

export interface Deployment {
  readonly origin: string
  readonly mcp: string
  /** Ids of clients that were registered and not removed. */
  registered(): readonly string[]
  close(): Promise<void>
}

const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'content-type, mcp-protocol-version, authorization',
}

export async function deploy(broken: Breakage = {}): Promise<Deployment> {
  const { secure } = broken
  const server = (secure ? createSecureServer(secure) : createServer()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const origin = secure ? `https://localhost:${port}` : `http://127.0.0.1:${port}`
  const mcp = `${origin}/mcp`
  const auth = createAuthorizationServer({
    issuer: origin,
    storage: memoryStorage(),
    secret: 'a secret of tests, which is long enough',
    users: passwordLogin({ verify: () => null }),
    resources: { [mcp]: { scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Write notes' } } },
    privateUseRedirectUris: ['cursor://anysphere.cursor-mcp/oauth/callback'],
    features: [strangers(origin, broken)],
  })
  const api = createResourceServer({ server: auth, resource: mcp, metadata: true })
  const guard = requireAccessToken(api, { cors: true })
  const metadataOf = resourceMetadata(api)
  const serve = nodeListener(auth)
  const ids = new Set<string>()

  async function register(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const json = (status: number, body: object) =>
      res.writeHead(status, { ...cors, 'content-type': 'application/json' }).end(JSON.stringify(body))
    const url = new URL(req.url ?? '', origin)
    if (req.method === 'DELETE') {
      if (broken.removes === false) return void json(500, {})
      const id = url.searchParams.get('id') ?? ''
      if (req.headers.authorization !== `Bearer token-of-${id}`) return void json(401, {})
      await auth.clients.remove(id)
      ids.delete(id)
      return void res.writeHead(204).end()
    }
    const wanted = JSON.parse(await text(req))
    const said = broken.register?.(wanted.redirect_uris)
    if (said) return void json(said.status, said.body)
    const kept = {
      client_name: wanted.client_name,
      redirect_uris: wanted.redirect_uris,
      token_endpoint_auth_method: wanted.token_endpoint_auth_method ?? 'none',
    }
    if (url.searchParams.has('dry_run')) return void json(200, kept)
    const { client: made } = await auth.clients.create(kept)
    ids.add(made.client_id)
    const management =
      broken.manages === false
        ? {}
        : {
            registration_client_uri: `${origin}/register?id=${made.client_id}`,
            registration_access_token: `token-of-${made.client_id}`,
          }
    json(201, { ...made, ...management })
  }

  server.on('request', async (req, res) => {
    const path = (req.url ?? '').replace(/\?.*/, '')
    if (broken.answer) change(req.method ?? '', path, res, broken.answer)
    if (broken.instead?.(req, res)) return
    // As the server and its metadata are to answer scripts; the guard has an option of its own.
    if (req.method === 'OPTIONS' && path !== '/mcp') return void res.writeHead(204, cors).end()
    if (path === '/register') return register(req, res)
    if (metadataOf(req, res)) return
    if (path !== '/mcp') return serve(req, res)
    if (await guard(req, res)) res.end('{}')
  })
  return {
    ...{ origin, mcp },
    registered: () => [...ids],
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      await auth.close()
    },
  }
}

/** Clients that come with a document, and the members of the metadata that invite them. */
function strangers(origin: string, { withoutDocuments, dryRun }: Breakage): Feature {
  return {
    name: 'strangers',
    metadata: {
      registration_endpoint: `${origin}/register`,
      ...(dryRun && { registration_dry_run_supported: true }),
      ...(dryRun === 'and management' && { registration_management_supported: true }),
      ...(!withoutDocuments && { client_id_metadata_document_supported: true }),
    },
    clientSources: ({ tables }) => {
      const parse = clientMetadataParser(tables.clients)
      const find = (client_id: string) => {
        const client = findByDocument(client_id)?.client
        if (!client || withoutDocuments) return null
        const uris = shippedCopy(client_id)?.document.redirect_uris ?? usedUris(client)
        const metadata = { client_name: client.name, redirect_uris: uris, token_endpoint_auth_method: 'none' }
        // Of several grant types and methods that they name the server has these.
        return { ...parse(metadata), client_id, secrets: [], createdAt: null }
      }
      return [{ prefix: 'https://', find }]
    },
  }
}

const usedUris = ({ redirectUris }: KnownClient) =>
  redirectUris.flatMap(({ uri, used }) => (used === false ? [] : [uri]))

/** Holds an answer back until it is whole, and lets it be changed. */
function change(method: string, path: string, res: ServerResponse, by: NonNullable<Breakage['answer']>): void {
  const headers = new Map<string, string | string[]>()
  let status = 200
  let body = ''
  const end = res.end.bind(res)
  const writeHead = res.writeHead.bind(res)
  const keep = (given: unknown): void => {
    for (const [name, value] of Object.entries((given ?? {}) as Record<string, string | string[]>)) {
      headers.set(name.toLowerCase(), value)
    }
  }
  Object.assign(res, {
    writeHead(code: number, given?: unknown) {
      status = code
      if (Array.isArray(given)) {
        for (let i = 0; i < given.length; i += 2) headers.set(String(given[i]).toLowerCase(), String(given[i + 1]))
      } else keep(given)
      return res
    },
    write(chunk: string | Buffer) {
      body += chunk.toString()
      return true
    },
    end(chunk?: string | Buffer) {
      if (chunk !== undefined) body += chunk.toString()
      if (headers.size === 0 && status === 200) status = res.statusCode
      keep(res.getHeaders())
      for (const name of res.getHeaderNames()) res.removeHeader(name)
      const answer: Mutable = { status, headers, body }
      by(path, answer, method)
      answer.headers.delete('content-length')
      writeHead(answer.status, Object.fromEntries(answer.headers))
      return end(answer.body)
    },
  })
}
