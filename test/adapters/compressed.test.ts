/**
 * A compressed body is refused by every adapter in the same way, also where a body parser has unpacked it before.
 */
import { gzipSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'
import { adapterTestServer } from '../../adapters/testing.js'
import { apps, listen } from './apps.js'

it.each(Object.entries(apps))('%s', async (_, app) => {
  const site = await listen()
  onTestFinished(() => site.close())
  site.server.on('request', app(adapterTestServer(site.origin)))
  const send = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
    fetch(site.origin + path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    })
  const form = 'grant_type=client_credentials'
  for (const [path, type] of [
    ['/oauth/token', 'application/json'],
    ['/oauth/authorize', 'text/html'],
  ] as const) {
    const answer = await send(path, new Uint8Array(gzipSync(form)), { 'content-encoding': 'gzip' })
    expect([path, answer.status, answer.headers.get('accept-encoding')]).toEqual([path, 415, 'identity'])
    expect(answer.headers.get('content-type')).toContain(type)
  }
  expect((await send('/oauth/token', form, {})).status).toBe(401)
})
