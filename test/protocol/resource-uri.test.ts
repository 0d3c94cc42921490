import { describe, expect, it } from 'vitest'
import { isResourceUri, resourceForm, resourceNames } from '../../src/protocol/resource-uri.js'

describe('isResourceUri', () => {
  it.each([
    'https://api.example.com',
    'https://api.example.com/v1?x=1',
    'http://localhost:3000/api',
    'urn:example:api',
    'com.example:/x',
  ])('accepts the absolute URI %s', (uri) => expect(isResourceUri(uri)).toBe(true))

  it.each([
    '',
    'api',
    '/api',
    '//api.example.com',
    'https:',
    'https://',
    'https:api.example.com',
    'https:/api',
    'https://a#',
    'https://a#f',
    'https://a b',
    'https://a\n',
    'https://é.example',
    'https://[',
    ' https://a',
    'https://a\\b',
  ])('refuses %j (RFC 8707 §2)', (uri) => expect(isResourceUri(uri)).toBe(false))
})

describe('resourceNames', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com/'],
    ['https://api.example.com/', 'https://api.example.com'],
    ['https://api.example.com', 'HTTPS://API.Example.COM'],
    ['https://api.example.com/v1', 'https://API.example.com/v1'],
    ['https://API.example.com/V1', 'https://api.example.com/V1'],
    ['https://api.example.com?x=1', 'https://api.example.com/?x=1'],
    ['http://[::AB]:3000/', 'http://[::ab]:3000'],
    ['api://notes', 'API://Notes/'],
    ['urn:example:api', 'URN:example:api'],
  ])('knows %s by the spelling %s', (configured, sent) => {
    expect(resourceNames([configured, 'https://other.example'])(sent)).toBe(configured)
  })

  it.each([
    ['https://api.example.com', 'https://api.example.com:443'],
    ['https://api.example.com:443', 'https://api.example.com'],
    ['https://api.example.com/v1', 'https://api.example.com/v1/'],
    ['https://api.example.com/v1', 'https://api.example.com/V1'],
    ['https://api.example.com/v1', 'https://api.example.com//v1'],
    ['https://api.example.com', 'https://api.example.com//'],
    ['https://api.example.com', 'http://api.example.com'],
    ['https://api.example.com', 'https://api.example.com./'],
    ['https://api.example.com', 'https://api.example.com#'],
    ['https://api.example.com', 'https://api.example.com/?'],
    ['https://api.example.com', 'https://api.example.com@evil.example'],
    ['https://api.example.com', 'https://api.example.com\\'],
    ['https://kelvin.example', 'https://\u212aelvin.example'],
    ['https://u:P@api.example.com', 'https://u:p@api.example.com'],
    ['urn:example:api', 'urn:Example:api'],
    ['api', 'API'],
  ])('does not take %s for %s', (configured, sent) => {
    expect(resourceNames([configured])(sent)).toBe(sent)
  })

  it('gives back what nobody knows as it is', () => {
    expect(resourceNames(['https://api.example.com'])('HTTPS://Other.example')).toBe('HTTPS://Other.example')
    expect(resourceNames([])('')).toBe('')
  })

  it('agrees with URL parsers wherever they change no more than a resource may differ in', () => {
    for (const uri of [
      'https://api.example.com',
      'HTTPS://A.example/X',
      'http://localhost:3000',
      'https://a.example?q',
    ])
      expect(resourceForm(new URL(uri).href)).toBe(resourceForm(uri))
  })
})
