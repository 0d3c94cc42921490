/**
 * The MCP server that clients connect to: the starter of examples/mcp, with the packed package, as somebody runs it who has copied it.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Reader } from '../../docs/reader.js'
import { certificateAuthority } from '../../support/certificate.js'
import { startTap, type Tap } from './tap.js'

const starter = join(import.meta.dirname, '../../../examples/mcp')
const modules = join(import.meta.dirname, 'node_modules')

export interface Notes {
  /** What people give to their client. */
  readonly url: string
  readonly tap: Tap
  /** Where the document of a client is that describes itself. Its host is the only one that the server asks. */
  readonly documentUrl: string
  /** An authority that clients may have to trust. */
  readonly certificate: string
  /** Puts a document there. */
  describe(client: Readonly<Record<string, unknown>>): void
  /** The clients in the storage, as the CLI lists them. */
  clients(): readonly { readonly client_id: string; readonly client_name?: string }[]
  /** Deletes a client by the CLI. */
  remove(client_id: string): void
  close(): Promise<void>
}

export async function startNotes(): Promise<Notes> {
  const reader = await Reader.arrive(['express', 'libsql', 'zod'], {
    '@modelcontextprotocol': join(modules, '@modelcontextprotocol'),
  })
  const tap = await startTap(reader.port)
  const host = await startHost()
  for (const name of readdirSync(starter).filter((name) => name.endsWith('.ts') && name !== 'flow.test.ts')) {
    const code = readFileSync(join(starter, name), 'utf8')
    reader.write(name, name === 'auth.ts' ? withDocumentsOf(host.origin, code) : code)
  }
  const certificate = join(reader.folder, 'authority.pem')
  writeFileSync(certificate, host.authority)
  const env = { ISSUER: tap.origin, PORT: String(reader.port), NODE_EXTRA_CA_CERTS: certificate }
  await reader.run('node server.js', env).says(/^The MCP server is at /m)

  const cli = (...words: readonly string[]) =>
    execFileSync(process.execPath, [join(reader.folder, 'node_modules/grantwright/dist/cli.js'), ...words, '--json'], {
      ...{ cwd: reader.folder, encoding: 'utf8', timeout: 30_000, env: { ...process.env, ...env } },
    })
  return {
    tap,
    certificate,
    url: `${tap.origin}/mcp`,
    documentUrl: host.documentUrl,
    describe: host.describe,
    clients: () => JSON.parse(cli('client', 'list')),
    remove: (client_id) => void cli('client', 'delete', client_id),
    async close() {
      reader.leave()
      await tap.stop()
      await host.stop()
    },
  }
}

/** The starter asks public hosts alone for documents; this one also the stand-in. A client that the CLI deletes is gone at once. */
function withDocumentsOf(origin: string, code: string): string {
  const changed = code.replace(
    "name: 'Notes',",
    `name: 'Notes', clientCacheLifetime: 0, mcp: { documents: { allowOrigins: ['${origin}'] } },`,
  )
  if (changed === code) throw new Error('auth.ts of the starter has no name any more')
  return changed
}

/** A host with one document, by https, because clients take no other. */
async function startHost() {
  const authority = certificateAuthority()
  let document: Readonly<Record<string, unknown>> = {}
  const server = createServer(authority.issue('localhost'), (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`
  const documentUrl = `${origin}/client.json`
  return {
    ...{ origin, documentUrl, authority: authority.cert },
    describe(client: Readonly<Record<string, unknown>>) {
      document = { client_id: documentUrl, ...client }
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
