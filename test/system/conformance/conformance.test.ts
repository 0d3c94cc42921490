/**
 * The official tests of MCP for authorization servers, against the packed build: without failure and without warning.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { createConsumer, removeConsumer } from '../../package/consumer.js'
import { freePort } from '../../support/free-port.js'
import { Jar } from '../logins/jar.js'

vi.setConfig({ testTimeout: 90_000 })

const consumer = createConsumer([])
copyFileSync(join(import.meta.dirname, 'server.mjs'), join(consumer, 'server.mjs'))
const modules = join(import.meta.dirname, 'node_modules')
const node22 = join(modules, 'node22/bin/node')
const suite = join(modules, '@modelcontextprotocol/conformance/dist/index.js')
const started: ChildProcess[] = []
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
  removeConsumer(consumer)
})

/** A process, what it has said so far, and how it ended. */
function run(node: string, args: readonly string[]) {
  const child = spawn(node, args, { cwd: consumer, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return {
    ended,
    said: () => said,
    async says(what: RegExp) {
      await vi.waitFor(() => expect(said).toMatch(what), { timeout: 30_000 })
      return what.exec(said)?.[0] ?? ''
    },
  }
}

/** What a run of the suite says of each scenario. */
const outcomes = (text: string) =>
  [...text.matchAll(/^([✓✗~]) ([\w-]+): (.*)$/gm)].map(([, mark, name, what]) => [mark, name, what])

describe.each(['', '/tenant'])('a server at the path "%s"', (path) => {
  it('passes, from registration to tokens', async () => {
    const [port, callbackPort] = [await freePort(), await freePort()]
    const issuer = `http://localhost:${port}${path}`
    await run(process.execPath, ['server.mjs', String(port), path]).says(/ready/)
    const registered = await fetch(`${issuer}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: [`http://127.0.0.1:${callbackPort}/callback`],
        token_endpoint_auth_method: 'none',
      }),
    })
    const { client_id } = (await registered.json()) as { client_id: string }
    const resource = `http://localhost:${port}/mcp`
    const given = ['--url', issuer, '--client-id', client_id, '--resource', resource, '-p', String(callbackPort)]
    const tests = run(node22, [suite, 'authorization', ...given])
    const request = await tests.says(/^http:\S+\/authorize\?\S+$/m)
    await tests.says(/Callback server started/)
    // The person, who is logged in and agrees.
    const jar = new Jar(`http://localhost:${port}`)
    const answer = await jar.submit(await jar.open(request), { decision: 'allow' })
    expect((await fetch(answer.url)).ok).toBe(true)

    expect(await tests.ended, tests.said()).toBe(0)
    expect(tests.said()).not.toMatch(/warn/i)
    expect(outcomes(tests.said())).toEqual([
      ['✓', 'authorization-server-metadata-endpoint', expect.stringMatching(/^[1-9]\d* passed, 0 failed/)],
      ['✓', 'authorization-code-grant', expect.stringMatching(/^[1-9]\d* passed, 0 failed/)],
    ])
  })
})
