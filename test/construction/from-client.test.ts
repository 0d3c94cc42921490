/**
 * A reverse proxy that nobody told the server about: it is said once, with what to write.
 */
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest'
import type { ServerOptions } from '../../src/index.js'
import { harness, ISSUER } from '../support/harness.js'

let warned: MockInstance
beforeEach(() => {
  warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

/** What the console says after requests with these headers. */
async function said(requests: readonly Record<string, string>[], options: Partial<ServerOptions> = {}) {
  const { server } = harness(options)
  const { issuer } = server
  for (const headers of requests) await server.fetch(new Request(`${issuer}/oauth/jwks`, { headers }))
  // What the console says is loaded when there is something to say.
  await vi.waitFor(() => expect(warned).toHaveBeenCalled(), { timeout: 200 }).catch(() => {})
  await setImmediate()
  return warned.mock.calls.map(([line]) => String(line))
}

const forwarded = (value: string) => ({ 'x-forwarded-for': value })

it.each([
  ['X-Forwarded-For', forwarded('203.0.113.9'), 'has the header X-Forwarded-For, and trustProxy is 0'],
  ['one that a client began', forwarded('127.0.0.1, 203.0.113.9'), 'has the header X-Forwarded-For'],
  ['one of a network of containers', forwarded('::ffff:172.17.0.1'), 'has the header X-Forwarded-For'],
  [
    'Forwarded',
    { forwarded: 'by=10.0.0.1;for=203.0.113.9;proto=https' },
    'has the header Forwarded, which is not read',
  ],
  ['Forwarded with IPv6', { forwarded: 'for=127.0.0.1, For="[2001:db8::1]:80"' }, 'has the header Forwarded'],
])('%s, with trustProxy 0, is said once for a server, with the cure', async (_, headers, words) => {
  const lines = await said([headers, headers, forwarded('198.51.100.7'), { forwarded: 'for=198.51.100.7' }])
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^grantwright: /)
  expect(lines[0]).toContain(words)
  expect(lines[0]).toContain('`trustProxy: 1`')
  expect(lines[0]).toContain('docs/adapters/proxies.md')
})

it('is said on loopback as well, where the proxy is one for development with a public name', async () => {
  const lines = await said([forwarded('203.0.113.9')], { issuer: 'http://localhost:3000' })
  expect(lines).toEqual([expect.stringContaining('trustProxy is 0')])
})

it.each([
  ['nothing', {}],
  ['an empty header', forwarded('')],
  ['what next dev says of this machine', forwarded('::1')],
  ['this machine by IPv4', forwarded('127.0.0.1')],
  ['this machine by IPv4 in IPv6', forwarded('::ffff:127.0.0.1')],
  ['this machine in Forwarded', { forwarded: 'for="[::1]:5173";host=localhost' }],
  ['a Forwarded that says no address', { forwarded: 'proto=https' }],
])('%s is nothing to speak of', async (_, headers) => {
  expect(await said([headers])).toEqual([])
})

it('is not said where trustProxy is set', async () => {
  expect(await said([forwarded('203.0.113.9'), { forwarded: 'for=203.0.113.9' }], { trustProxy: 1 })).toEqual([])
})

it('is not said for what is none of the server’s', async () => {
  const { server } = harness()
  await server.fetch(new Request(`${ISSUER}/notes`, { headers: forwarded('203.0.113.9') }))
  await setImmediate()
  expect(warned).not.toHaveBeenCalled()
})

it('costs no more for a header that was written to cost', async () => {
  const evil = { forwarded: `${';for=a'.repeat(2600)},${'; \t'.repeat(5000)}` }
  const { server } = harness()
  const begun = performance.now()
  for (let i = 0; i < 20; i++) await server.fetch(new Request(`${ISSUER}/oauth/jwks`, { headers: evil }))
  expect(performance.now() - begun).toBeLessThan(1000)
})
