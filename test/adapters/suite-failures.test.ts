/**
 * What the adapter suite says about adapters that lose something: the mistake is to be guessed from the message.
 */
import { getRequestListener } from '@hono/node-server'
import { describe, expect, it } from 'vitest'
import { adapterSuite } from '../../adapters/testing.js'
import type { AuthorizationServer } from '../../src/server.js'
import { listen } from './apps.js'

type Answer = (auth: AuthorizationServer, request: Request) => Promise<Response>

/** The messages of the tests whose name begins so, under an adapter that does this. */
async function failuresOf(name: string, answer: Answer): Promise<readonly string[]> {
  const runs: (() => Promise<void>)[] = []
  const runner = {
    describe: (_: string, define: () => void) => define(),
    it: (test: string, run: () => Promise<void>) => void (test.startsWith(name) && runs.push(run)),
  }
  adapterSuite(runner, (auth) => listen(getRequestListener((request) => answer(auth, request))))
  expect(runs).not.toEqual([])
  const messages: string[] = []
  for (const run of runs) await run().catch((error: Error) => messages.push(error.message))
  return messages
}

const withoutQuery: Answer = (auth, request) => {
  const url = new URL(request.url)
  url.search = ''
  return auth.fetch(new Request(url, request))
}

/** With what becomes of several lines of Set-Cookie. */
const withCookies =
  (change: (lines: readonly string[]) => readonly string[]): Answer =>
  async (auth, request) => {
    const response = await auth.fetch(request)
    const { headers } = response
    const lines = change(headers.getSetCookie())
    headers.delete('set-cookie')
    for (const line of lines) headers.append('set-cookie', line)
    return response
  }
const joined = withCookies((lines) => (lines.length === 0 ? [] : [lines.join(', ')]))
const lastOnly = withCookies((lines) => lines.slice(-1))

describe('a query that is lost', () => {
  it('is asked for, with the status and the words of the page that came instead', async () => {
    const [message] = await failuresOf('a code becomes tokens', withoutQuery)
    expect(message).toMatch(
      /^neither a redirect nor a form, but "localhost:4433 This app made a mistake .*\(400\)\. Does the query/,
    )
    expect(message).not.toMatch(/[<>{}]/)
    expect(message?.length).toBeLessThan(900)
  })
})

describe('lines of Set-Cookie that are joined', () => {
  it.each(['a code becomes tokens', 'the lines of Set-Cookie'])('are suspected: %s', async (name) => {
    const messages = await failuresOf(name, joined)
    expect(messages.length).toBeGreaterThan(0)
    for (const message of messages) expect(message).toMatch(/Is each Set-Cookie a line of its own\?/)
  })
})

it('names the line in which two cookies are', async () => {
  const [message] = await failuresOf('a code becomes tokens', joined)
  expect(message).toMatch(/^there are two cookies in one line, .*suite_login=ada.*suite_seen=1/)
})

describe('lines of Set-Cookie of which one is left', () => {
  it.each(['a code becomes tokens', 'the lines of Set-Cookie'])('are suspected: %s', async (name) => {
    const messages = await failuresOf(name, lastOnly)
    expect(messages.length).toBeGreaterThan(0)
    for (const message of messages) expect(message).toMatch(/Is each Set-Cookie a line of its own\?/)
  })
})

describe('a page where JSON should be', () => {
  const page = '<html><head><style>p { color: red }</style></head><body><h1>Not\nfound</h1></body></html>'
  const answer = async (status: number) => new Response(page, { status, headers: { 'content-type': 'text/html' } })

  it('is told by its words, with another status and with the right one', async () => {
    const name = 'the metadata is where'
    expect((await failuresOf(name, () => answer(404)))[0]).toBe('status (with Not found): expected 200, got 404')
    expect((await failuresOf(name, () => answer(200)))[0]).toBe('expected JSON, got "Not found" (200)')
  })
})
