/**
 * Documents of strangers on each runtime: where a connection goes to the address that was checked and nowhere else, and where that
 * cannot be had, and is said.
 *
 * @module
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../../adapters/apps.js'
import { INWARD, json, openHostile, PUBLIC } from '../../guarded-fetch/hostile.js'

const here = import.meta.dirname
const program = (name: string) => join(here, 'node_modules/.bin', name)
const folder = mkdtempSync(join(tmpdir(), 'documents-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(() =>
  build({
    entryPoints: [join(here, 'documents.ts'), join(here, 'documents-worker.ts')],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    logLevel: 'error',
  }),
)

describe.each([
  ['Node.js', process.execPath, []],
  ['Bun', program('bun'), []],
  ['Deno', program('deno'), ['run', '--no-prompt', '--allow-net', '--allow-sys=networkInterfaces', '--allow-env']],
] as const)('on %s', (_, command, args) => {
  it('a connection goes to the address that was checked, past every proxy, and is TLS for the name', async () => {
    const hostile = await openHostile()
    const asked: unknown[] = []
    const proxy = await listen((req, res) => {
      asked.push(req.url)
      res.end()
    })
    proxy.server.on('connect', (req, socket) => {
      asked.push(req.url)
      socket.end()
    })
    hostile.names['rebound.example'] = [[PUBLIC, INWARD]]
    hostile.names['mapped.example'] = [['::ffff:127.0.0.1']]
    hostile.names['evil.example'] = [[PUBLIC]]
    const cases: readonly [string, RegExp][] = [
      ['https://docs.example/1', /^{"hello":"world"}$/],
      ['https://rebound.example/', /^address_not_allowed: rebound\.example is at 127\.0\.0\.2,/],
      ['https://mapped.example/', /^address_not_allowed: /],
      ['https://127.1/', /^unreachable: .*certificate/],
      ['https://[::1]/', /^address_not_allowed: /],
      ['https://evil.example/', /^unreachable: .*certificate/],
      ['https://silent.example/', /^timeout: /],
      ['https://docs.example/moved', /^redirect: /],
      ['https://docs.example/slow', /^timeout: /],
      ['https://docs.example/bomb', /^content_type: .*compressed/],
      ['https://docs.example/large', /^too_large: /],
      ['https://docs.example/2', /^{"hello":"world"}$/],
    ]
    hostile.answer = (req, res) => {
      const type = { 'content-type': 'application/json' }
      if (req.url === '/moved') res.writeHead(302, { location: `https://${INWARD}/` }).end()
      else if (req.url === '/slow') res.writeHead(200, type).write(' ')
      else if (req.url === '/bomb') res.writeHead(200, { ...type, 'content-encoding': 'gzip' }).end('x')
      else if (req.url === '/large') json({ x: 'x'.repeat(1_000_000) })(req, res)
      else json({ hello: 'world' })(req, res)
    }
    const authority = join(folder, 'authority.pem')
    writeFileSync(authority, hostile.authority)
    try {
      const { stdout } = await promisify(execFile)(command, [...args, join(folder, 'documents.mjs')], {
        env: {
          PATH: process.env.PATH,
          ASKED: JSON.stringify(cases.map(([url]) => url)),
          NAME_SERVER: hostile.nameServer,
          PORT: String(hostile.port),
          PUBLIC,
          // The certificate is trusted as a user would have it trusted.
          NODE_EXTRA_CA_CERTS: authority,
          DENO_CERT: authority,
          ...Object.fromEntries(
            ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY'].map((name) => [name, proxy.origin]),
          ),
          NODE_USE_ENV_PROXY: '1',
          NODE_TLS_REJECT_UNAUTHORIZED: '0',
          NO_COLOR: '1',
          // Deno's own question to its makers would go through the proxy.
          DENO_NO_UPDATE_CHECK: '1',
        },
      })
      const outcomes: string[] = JSON.parse(stdout)
      expect(outcomes).toEqual(cases.map(([, expected]) => expect.stringMatching(expected)))
      expect(asked).toEqual([])
      expect(new Set(hostile.connections)).toEqual(new Set([PUBLIC]))
      expect(hostile.requests.map(({ url }) => url)).toEqual(['/1', '/moved', '/slow', '/bomb', '/large', '/2'])
    } finally {
      proxy.close()
      await hostile.close()
    }
  })
})

describe.each([[[]], [['nodejs_compat']]])('on workerd with %j', (flags) => {
  it('a fetcher without a fetch of the app’s is refused, and one with it works', async () => {
    const worker = spawn(process.execPath, [join(here, 'workerd.mjs'), 'documents-worker.mjs', ...flags], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const answer = await fetch(await originOf(worker))
      expect(await answer.json()).toEqual([
        expect.stringMatching(/^TypeError: This runtime cannot connect .*Give `fetch`/),
        '{"url":"https://docs.example/client.json"}',
        'address_not_allowed',
      ])
    } finally {
      worker.kill()
      if (worker.exitCode === null) await once(worker, 'exit')
    }
  })
})

async function originOf({ stdout }: ChildProcess): Promise<string> {
  let told = ''
  for await (const chunk of stdout ?? []) {
    told += String(chunk)
    const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(told)?.[0]
    if (origin) return origin
  }
  throw new Error(`workerd ended after: ${told}`)
}
