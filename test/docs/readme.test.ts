/**
 * Runs the quick starts of README.md and the app of docs/typescript.md as they stand there, against the built package, in a folder
 * that npm has made, and drives each with a client that somebody else wrote.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterAll, describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.js'
import { filesIn, quickStart, walkThrough } from '../support/quick-start.js'

const root = resolve(import.meta.dirname, '../..')
const inCommonJs = filesIn(readFileSync(join(root, 'docs/typescript.md'), 'utf8'))
const running: ChildProcess[] = []
const folders: string[] = []

afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

describe('the quick start of README.md', () => {
  it('has the files that it speaks of', () => {
    expect([...quickStart.keys()]).toEqual([
      'auth.mjs',
      'express.mjs',
      'hono.mjs',
      'app/oauth/[...path]/route.ts',
      'app/.well-known/[...path]/route.ts',
      'app/api/notes/route.ts',
    ])
  })

  // What `npm init` has written before npm 11, what it writes now, and what other tools write.
  describe.each([{}, { type: 'commonjs' }, { type: 'module' }])(
    'in a folder whose package.json says %j',
    (manifest) => {
      it.each(['express.mjs', 'hono.mjs'])('works as it stands: %s', async (name) => {
        const [folder, port] = [createFolder(manifest), await freePort()]
        write(folder, quickStart, port)
        await started(join(folder, name), port)
        expect(await walkThrough(port)).toEqual({ notesOf: 'user-1' })
      })
    },
  )

  it('works as it stands: Next.js route handlers', async () => {
    const [folder, port] = [createFolder({}), await freePort()]
    write(folder, quickStart, port)
    // In Next the server is `auth.ts`.
    writeFileSync(join(folder, 'auth.ts'), readFileSync(join(folder, 'auth.mjs')))
    const outfile = join(folder, 'next.mjs')
    // Next bundles, so its files import each other without an extension.
    const stdin = { contents: `${nextLike}.listen(${port})`, resolveDir: folder }
    await build({ stdin, outfile, bundle: true, packages: 'external', platform: 'node', format: 'esm' })
    await started(outfile, port)
    expect(await walkThrough(port)).toEqual({ notesOf: 'user-1' })
  })
})

it('the app in CommonJS of docs/typescript.md works as it stands', async () => {
  expect([...inCommonJs.keys()]).toEqual(['auth.cjs', 'app.cjs'])
  const [folder, port] = [createFolder({}), await freePort()]
  write(folder, inCommonJs, port)
  await started(join(folder, 'app.cjs'), port)
  expect(await walkThrough(port)).toEqual({ notesOf: 'user-1' })
})

/** The folder of an app, with its packages. */
function createFolder(manifest: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'grantwright-readme-'))
  folders.push(folder)
  mkdirSync(join(folder, 'node_modules/@hono'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  symlinkSync(root, join(folder, 'node_modules/grantwright'))
  for (const name of ['express', 'hono', '@hono/node-server', 'libsql']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
  return folder
}

/** Writes the files as they stand, but for a port of their own and where the database is. */
function write(folder: string, files: ReadonlyMap<string, string>, port: number): void {
  for (const [name, code] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    const here = code.replaceAll('3000', String(port)).replaceAll('auth.db', join(folder, 'auth.db'))
    writeFileSync(join(folder, name), here)
  }
}

/** The folders of the App Router, served by hand: test/system/next does it with Next itself. */
const nextLike = `
import { createServer } from 'node:http'
import * as oauth from './app/oauth/[...path]/route'
import * as wellKnown from './app/.well-known/[...path]/route'
import * as notes from './app/api/notes/route'
createServer(async (req, res) => {
  const chunks = []
  for await (const chunk of req) chunks.push(chunk)
  const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined
  const request = new Request('http://internal' + req.url, { method: req.method, headers: req.headers, body })
  const route = req.url.startsWith('/oauth/') ? oauth : req.url.startsWith('/.well-known/') ? wellKnown : notes
  const response = await route[req.method](request, { params: Promise.resolve({}) })
  res.writeHead(response.status, [...response.headers].flat())
  res.end(await response.text())
})`

async function started(file: string, port: number): Promise<void> {
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'inherit', 'inherit'] })
  running.push(child)
  for (let attempt = 0; child.exitCode === null && attempt < 200; attempt++) {
    const answer = await fetch(`http://localhost:${port}/.well-known/oauth-authorization-server`).catch(() => null)
    if (answer) return
    await new Promise((again) => setTimeout(again, 50))
  }
  throw new Error(`${file} did not start`)
}
