import { describe, expect, it } from 'vitest'
import { parseReturnTo } from '../../src/users/return-to.js'
import { authorizeUrl, harness, ISSUER, pkce } from '../support/harness.js'

const accepted = `${ISSUER}/oauth/authorize?pending=gwpr_AAAA-bbbb_1`

describe('parseReturnTo accepts', () => {
  it.each([
    ['https://auth.example.com', '/oauth'],
    ['https://example.com/tenant/a', '/oauth'],
    ['https://example.com/tenant/', '/oauth'],
    ['https://auth.example.com', '/v1/my~auth.d'],
    ['http://localhost:3000', '/oauth'],
    ['http://[::1]:3000', '/oauth'],
  ])('what a server at %s gives to the login page, with the base path %j', async (issuer, basePath) => {
    const h = harness({ issuer, basePath })
    h.login = null
    const base = issuer.replace(/\/$/, '') + basePath
    for (const path of [authorizeUrl(pkce().challenge).replace('/oauth', ''), '/apps']) {
      const response = await h.server.fetch(new Request(base + path))
      const returnTo = new URL(response.headers.get('location') ?? '').searchParams.get('return_to')
      expect(returnTo).toContain('?pending=gwp')
      expect(parseReturnTo(returnTo, issuer)).toBe(returnTo)
    }
  })
})

it('parseReturnTo leaves the one slash that a framework has put at the end of the path', () => {
  const withSlash = accepted.replace('?', '/?')
  expect(parseReturnTo(withSlash, ISSUER)).toBe(withSlash)
  for (const other of ['//?', '/./?', '/../?', '/\\?', '/#?']) {
    expect(parseReturnTo(accepted.replace('?', other), ISSUER), other).toBeNull()
  }
})

describe('parseReturnTo gives null for', () => {
  it.each([undefined, null, '', 42, [accepted], { href: accepted }, new URL(accepted)])(
    'what is no text: %j',
    (value) => {
      expect(parseReturnTo(value, ISSUER)).toBeNull()
    },
  )

  it.each([
    'https://evil.example/oauth/authorize?pending=gwpr_A',
    '//evil.example/oauth/authorize?pending=gwpr_A',
    'http://auth.example.com/oauth/authorize?pending=gwpr_A',
    'https://auth.example.com.evil.example/oauth/authorize?pending=gwpr_A',
    'https://auth.example.com@evil.example/oauth/authorize?pending=gwpr_A',
    'https://auth.example.com:pass@evil.example/oauth/authorize?pending=gwpr_A',
    'https://auth.example.com:8443/oauth/authorize?pending=gwpr_A',
    'https://auth.example.com\\@evil.example/oauth/authorize?pending=gwpr_A',
    'https://AUTH.example.com/oauth/authorize?pending=gwpr_A',
    'javascript:alert(1)//https://auth.example.com/oauth/authorize?pending=gwpr_A',
    '/oauth/authorize?pending=gwpr_A',
  ])('another place: %s', (value) => {
    expect(parseReturnTo(value, ISSUER)).toBeNull()
  })

  it.each([
    '',
    '/',
    '/logout?to=https://evil.example',
    '/oauth/authorize',
    '/oauth/authorize?client_id=web&prompt=none',
    '/oauth/authorize?pending=',
    '/oauth/authorize?pending=gwpr_A&next=https://evil.example',
    '/oauth/authorize?pending=https://evil.example',
    '/oauth/authorize?pending=gwpr_A#fragment',
    '/oauth/../logout?pending=gwpr_A',
    '/oauth/./authorize?pending=gwpr_A',
    '/..?pending=gwpr_A',
    '/oauth/%2e%2e/logout?pending=gwpr_A',
    '//evil.example?pending=gwpr_A',
    '/oauth//authorize?pending=gwpr_A',
    '/oauth\\authorize?pending=gwpr_A',
    '/oauth/authorize?pending=gwpr_A\n',
    '/oauth/authorize?pending=gwpr_A\r\nset-cookie: a=b',
    ' /oauth/authorize?pending=gwpr_A',
    '/oauth/authorize?pending=gwpr_"><script>',
  ])('another place on the same origin: %j', (rest) => {
    expect(parseReturnTo(ISSUER + rest, ISSUER)).toBeNull()
  })

  it('a place on the origin of an issuer with a path, outside of that path', () => {
    const issuer = 'https://example.com/tenant/a'
    const rest = '/oauth/authorize?pending=gwpr_A'
    expect(parseReturnTo(issuer + rest, issuer)).toBe(issuer + rest)
    for (const other of ['https://example.com', 'https://example.com/tenant/b', 'https://example.com/tenant/ab']) {
      expect(parseReturnTo(other + rest, issuer)).toBeNull()
    }
  })
})
