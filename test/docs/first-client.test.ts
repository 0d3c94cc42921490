/** docs/first-client.md as its reader tries it: against the quick start, copied out of README.md. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { filesOf, piecesOf, Reader } from './reader.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const page = 'docs/first-client.md'

describe.each(['express.mjs', 'hono.mjs'] as const)('the first client, at the quick start %s', (framework) => {
  let reader: Reader
  let first: string
  beforeAll(async () => {
    reader = await Reader.arrive(['express', 'hono', '@hono/node-server', 'libsql', 'openid-client'])
    first = await reader.quickStart(framework)
  })
  afterAll(() => reader?.leave())

  it('the first line on the console says where the server is', async () => {
    expect(first).toBe(`The server is at ${reader.origin}`)
    expect((await fetch(`${reader.origin}/.well-known/oauth-authorization-server`)).status).toBe(200)
  })

  it('has the files and commands of the page, gets a token, and prints what the API answers', async () => {
    expect([...filesOf(page).keys()]).toEqual(['client.mjs'])
    expect(piecesOf(page, 'sh')).toEqual(['npm install openid-client', 'node client.mjs'])
    reader.write('client.mjs', filesOf(page).get('client.mjs'))
    const client = reader.run('node client.mjs')
    const [, url = ''] = await client.says(/Open (\S+)/)
    const callback = await reader.logInAndAllow(url)
    expect(callback.hostname).toBe('127.0.0.1')
    expect(await (await fetch(callback)).text()).toBe('You can close this window.')
    const { code, printed } = await client.ended
    expect([code, printed.trim().split('\n').at(-1)]).toEqual([0, "{ notesOf: 'user-1' }"])
  })
})

it('the first client has 20 lines, the empty one aside', () => {
  const lines = filesOf(page).get('client.mjs')?.trim().split('\n').filter(Boolean)
  expect(lines).toHaveLength(20)
})
