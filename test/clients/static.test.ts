import { expect, it } from 'vitest'
import { clientSecretHash } from '../../src/clients/client.js'
import { parseStaticClients, type StaticClient } from '../../src/clients/static.js'
import { vocabulary } from '../support/tables.js'

const client_secret = 'a-secret-of-32-characters-or-more'
const web: StaticClient = { client_id: 'web', client_secret, redirect_uris: ['https://app.example.com/cb'] }

it('keeps a digest of the secret and nothing of the secret itself', () => {
  const client = parseStaticClients([web], vocabulary).get('web')
  expect(client?.secrets).toEqual([{ hash: clientSecretHash(client_secret), expiresAt: null }])
  expect(JSON.stringify(client)).not.toContain(client_secret)
})

it('takes any printable ASCII as a client_id, colons and spaces included (RFC 6749 appendix A.1)', () => {
  const client_id = 'https://app.example.com/ a:b'
  expect(parseStaticClients([{ ...web, client_id }], vocabulary).has(client_id)).toBe(true)
})

it('takes a public client without a secret', () => {
  const { client_secret: _, ...rest } = web
  const client = parseStaticClients([{ ...rest, token_endpoint_auth_method: 'none' }], vocabulary).get('web')
  expect(client?.secrets).toEqual([])
})

it.each<[string, unknown, RegExp]>([
  ['no object', null, /clients\[0\] must be an object/],
  ['no client_id', { ...web, client_id: undefined }, /clients\[0\](?: \('.+'\))?: client_id must be/],
  ['an empty client_id', { ...web, client_id: '' }, /client_id must be/],
  ['a client_id beyond ASCII', { ...web, client_id: 'wéb' }, /client_id must be/],
  ['a client_id of 256 characters', { ...web, client_id: 'x'.repeat(256) }, /client_id must be/],
  ['a confidential client without a secret', { ...web, client_secret: undefined }, /client_secret is missing/],
  ['a secret of 31 characters', { ...web, client_secret: 'x'.repeat(31) }, /client_secret must be at least 32/],
  ['a secret with a line break', { ...web, client_secret: `${client_secret}\n` }, /client_secret must be/],
  ['a public client with a secret', { ...web, token_endpoint_auth_method: 'none' }, /client_secret is set/],
  [
    'wrong metadata',
    { ...web, redirect_uris: [] },
    /clients\[0\](?: \('.+'\))?: Client metadata: redirect_uris is required/,
  ],
  ['a misspelt field', { ...web, clientName: 'x' }, /did you mean client_name/],
])('refuses %s, naming the place', (_, entry, message) => {
  // As it comes from a configuration in JavaScript.
  const entries = [entry] as StaticClient[]
  expect(() => parseStaticClients(entries, vocabulary)).toThrow(TypeError)
  expect(() => parseStaticClients(entries, vocabulary)).toThrow(message)
})

it('refuses two clients with one client_id', () => {
  expect(() => parseStaticClients([web, { ...web }], vocabulary)).toThrow(
    /clients\[1\](?: \('.+'\))?: client_id is used twice/,
  )
})

it('never repeats a secret in a message', () => {
  const attempt = () => parseStaticClients([{ ...web, client_secret: 'short-secret' }], vocabulary)
  expect(attempt).toThrow()
  expect(attempt).not.toThrow(/short-secret/)
})
