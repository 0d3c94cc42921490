/**
 * Runs the quick starts of README.md as they stand there, against the built package, and drives each with a client that
 * somebody else wrote.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.js'
import { quickStart, walkThrough } from '../support/quick-start.js'

const root = resolve(import.meta.dirname, '../..')
let folder: string
const running: ChildProcess[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'grantwright-readme-'))
  mkdirSync(join(folder, 'node_modules/@hono'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  symlinkSync(root, join(folder, 'node_modules/grantwright'))
  for (const name of ['express', 'hono', '@hono/node-server', 'libsql']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
})

afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

describe('the quick start of README.md', () => {
  it('has the files that it speaks of', () => {
    expect([...quickStart.keys()]).toEqual([
      'auth.ts',
      'express.ts',
      'hono.ts',
      'app/oauth/[...path]/route.ts',
      'app/.well-known/[...path]/route.ts',
      'app/api/notes/route.ts',
    ])
  })

  it.each(['express.ts', 'hono.ts'])('works as it stands: %s', async (name) => {
    const port = await freePort()
    await write('auth.ts', port)
    const file = await write(name, port)
    await started(file, port)
    expect(await walkThrough(port)).toEqual({ notesOf: 'user-1' })
  })

  it('works as it stands: Next.js route handlers', async () => {
    const port = await freePort()
    await write('auth.ts', port)
    for (const name of quickStart.keys()) if (name.startsWith('app/')) await write(name, port)
    const outfile = join(folder, 'next.js')
    // Next bundles, so its files import each other without an extension.
    const stdin = { contents: `${nextLike}.listen(${port})`, resolveDir: folder }
    await build({ stdin, outfile, bundle: true, packages: 'external', platform: 'node', format: 'esm' })
    await started(outfile, port)
    expect(await walkThrough(port)).toEqual({ notesOf: 'user-1' })
  })
})

/** Writes a block as JavaScript, with a port of its own. */
async function write(name: string, port: number): Promise<string> {
  const code = quickStart
    .get(name)
    ?.replaceAll('3000', String(port))
    .replaceAll('auth.db', join(folder, `${port}.db`))
  const outfile = join(folder, name.replace(/ts$/, 'js'))
  mkdirSync(dirname(outfile), { recursive: true })
  await build({ stdin: { contents: code ?? '', loader: 'ts' }, outfile, format: 'esm', logLevel: 'error' })
  return outfile
}

/** The folders of the App Router, served by hand: test/system/next does it with Next itself. */
const nextLike = `
import { createServer } from 'node:http'
import * as oauth from './app/oauth/[...path]/route.js'
import * as wellKnown from './app/.well-known/[...path]/route.js'
import * as notes from './app/api/notes/route.js'
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
