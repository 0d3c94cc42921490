/**
 * What the page says when a request cannot be sent back to the client: who asked, and on the developer's machine what came.
 */
import { describe, expect, it } from 'vitest'
import { authorizeUrl, harness, pkce } from '../support/harness.js'

const { challenge } = pkce()
const wrong = 'https://elsewhere.example/cb?"><b>'

const asked = async (changes: Record<string, string>, options = {}, origin = 'https://auth.example.com') => {
  const { server } = harness(options)
  const url = new URL(authorizeUrl(challenge, { redirect_uri: wrong, ...changes }), origin)
  return (await server.fetch(new Request(url))).text()
}

const local = { issuer: 'http://localhost:3000' }

describe('a redirect URI that is not registered', () => {
  it('names the client, by its id where it has no name, and no client that is not there', async () => {
    expect(await asked({})).toContain('<dt>App</dt><dd><bdi>Web App</bdi></dd>')
    expect(await asked({ client_id: 'posting' })).toContain('<dt>App</dt><dd><bdi>posting</bdi></dd>')
    expect(await asked({ client_id: 'nobody-at-all' })).not.toMatch(/<dt>App|nobody-at-all<\/bdi>/)
  })

  it('is shown as it came on an http issuer, as text and never as a link', async () => {
    const html = await asked({}, local, local.issuer)
    expect(html).toContain('<code dir="ltr">https://elsewhere.example/cb?&#34;&#62;&#60;b&#62;</code>')
    expect(html).not.toMatch(/href="[^"]*elsewhere/)
  })

  it('is not repeated on an https issuer', async () => {
    expect(await asked({})).not.toContain('elsewhere.example')
  })
})
