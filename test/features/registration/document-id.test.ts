import { describe, expect, it } from 'vitest'
import { documentHost, documentIdProblem } from '../../../src/features/registration/rules/document-id.js'

const path = (length: number) => `https://app.example.com/${'a'.repeat(length - 'https://app.example.com/'.length)}`

describe('an id that is the URL of a document', () => {
  it.each([
    'https://claude.ai/oauth/mcp-oauth-client-metadata',
    'https://chatgpt.com/oauth/client.json',
    'https://app.example.com/',
    'https://app.example.com/client?version=2',
    'https://app.example.com:443/client',
    'https://APP.example.com/client',
    'https://app.example.com/a.b/..c/d..',
    'https://app.example.com/%7Eclient',
    'https://xn--bcher-kva.example/client.json',
    'https://app.example.com/client?next=../x',
    path(255),
  ])('%s is one', (id) => expect(documentIdProblem(id)).toBeNull())

  it.each([
    ['', 'has a character that URLs do not have'],
    ['https://', 'is no https URL'],
    ['https:app.example.com/client', 'is no https URL'],
    ['https:///client', 'is no https URL'],
    ['HTTPS://app.example.com/client', 'is no https URL'],
    ['http://app.example.com/client', 'is no https URL'],
    ['https://app.example.com', 'has no path'],
    ['https://app.example.com?client', 'has no path'],
    ['https://app.example.com/client#a', 'has a fragment'],
    ['https://app.example.com/client#', 'has a fragment'],
    ['https://user@app.example.com/client', 'has a user name or a password'],
    ['https://user:pass@app.example.com/client', 'has a user name or a password'],
    ['https://@app.example.com/client', 'has a user name or a password'],
    ['https://app.example.com/./client', 'has a . or .. segment in its path'],
    ['https://app.example.com/a/../client', 'has a . or .. segment in its path'],
    ['https://app.example.com/a/..', 'has a . or .. segment in its path'],
    ['https://app.example.com/a/%2e%2E/client', 'has a . or .. segment in its path'],
    ['https://app.example.com/a/.%2e/client', 'has a . or .. segment in its path'],
    ['https://app.example.com/a%2f..%2fclient', 'has a . or .. segment in its path'],
    ['https://app.example.com/a/..;x/client', 'has a . or .. segment in its path'],
    ['https://app.example.com/a\\..\\client', 'has a character that URLs do not have'],
    ['https://app.example.com/cli ent', 'has a character that URLs do not have'],
    ['https://app.example.com/client\n', 'has a character that URLs do not have'],
    ['https://bücher.example/client', 'has a character that URLs do not have'],
    ['https://app.example.com/%zz', 'has a % that is not followed by two hexadecimal digits'],
    ['https://app.example.com:8443/client', 'has another port than 443'],
    ['https://app.example.com:22/client', 'has another port than 443'],
    ['https://app.example.com:99999/client', 'is no https URL'],
    [path(256), 'is longer than 255 characters'],
  ])('%j is none', (id, problem) => expect(documentIdProblem(id)).toBe(problem))

  it('may be at another origin that the operator has listed, and at no other', () => {
    const listed = new Set(['http://localhost:3000', 'https://dev.example.com:8443'])
    expect(documentIdProblem('http://localhost:3000/client', listed)).toBeNull()
    expect(documentIdProblem('https://dev.example.com:8443/client', listed)).toBeNull()
    expect(documentIdProblem('http://localhost:3001/client', listed)).toBe('is no https URL')
    expect(documentIdProblem('http://127.0.0.1:3000/client', listed)).toBe('is no https URL')
    expect(documentIdProblem('http://localhost:3000/a/../client', listed)).toBe('has a . or .. segment in its path')
    expect(documentIdProblem('http://localhost:3000@evil.example/client', listed)).not.toBeNull()
  })

  it('has a host to show, as URL parsers read it', () => {
    expect(documentHost('https://APP.example.com:443/client')).toBe('app.example.com')
    expect(documentHost('http://localhost:3000/client')).toBe('localhost:3000')
  })
})
