/** `npx grantwright doctor` in a process of its own, against https servers with certificates of every kind. Needs dist/ (`npm run build`). */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { certificateAuthority, selfSigned } from '../../support/certificate.js'
import { createApp } from '../app.js'
import { type Breakage, deploy } from './deployment.js'

const DAY = 86_400_000
const authority = certificateAuthority()
const validFor = (from: number, until: number) => ({ from: Date.now() + from * DAY, until: Date.now() + until * DAY })
const good = authority.issueFor(validFor(-1, 90), 'localhost')

const stranger = createApp({}, [])
const authorityFile = join(stranger.folder, 'authority.pem')
writeFileSync(authorityFile, authority.cert)
// As a person says it who has an authority of their own.
const app = createApp({}, [], { NODE_EXTRA_CA_CERTS: authorityFile })
afterAll(() => {
  app.remove()
  stranger.remove()
})

const closing: (() => unknown)[] = []
// The servers of this process say there what they refuse, which doctor has them do.
beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function deployed(secure: NonNullable<Breakage['secure']>, broken: Breakage = {}) {
  const deployment = await deploy({ ...broken, secure })
  closing.push(deployment.close)
  return deployment
}

async function redirecting(to: string): Promise<string> {
  const listener: RequestListener = (req, res) => void res.writeHead(301, { location: to + req.url }).end()
  const server = createServer(listener).listen(0, '127.0.0.1')
  closing.push(() => server.close())
  await once(server, 'listening')
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

async function doctor(url: string, by = app) {
  const { code, stdout } = await by.run('doctor', url, '--client', 'codex', '--client', 'cursor', '--json')
  const report = JSON.parse(stdout)
  const [{ checks }] = report.clients
  return { code, report, checks }
}

describe('a deployment on https', () => {
  it('is one to which clients connect when its authority is trusted, with cookies that are Secure', async () => {
    const { mcp } = await deployed(good)
    const { code, report, checks } = await doctor(mcp)
    expect(code).toBe(0)
    expect(report).toMatchObject({ url: mcp, ok: true, doubt: null, left_behind: [] })
    expect(checks.TLS).toEqual({ status: 'ok', received: 'on this machine' })
    expect(checks.cookies).toEqual({ status: 'ok', received: expect.stringMatching(/^__Host-/) })
    for (const [name, { status }] of Object.entries<{ status: string }>(checks))
      expect(status, name).toMatch(/^(ok|not_needed)$/)
  })

  it('whose proxy takes Secure off the cookies is told so', async () => {
    const { mcp } = await deployed(good, {
      answer: (_, answer) => {
        const cookies = [answer.headers.get('set-cookie') ?? []].flat()
        if (cookies.length > 0)
          answer.headers.set(
            'set-cookie',
            cookies.map((cookie) => cookie.replace(/; *secure/i, '')),
          )
      },
    })
    const { code, checks } = await doctor(mcp)
    expect(code).toBe(1)
    expect(checks.cookies).toMatchObject({
      status: 'failed',
      received: expect.stringMatching(/^without Secure: __Host-/),
    })
    expect(checks.TLS.status).toBe('ok')
  })

  it('whose certificate ends within days connects, and is to be looked at', async () => {
    const { mcp } = await deployed(authority.issueFor(validFor(-1, 5), 'localhost'))
    const { code, checks } = await doctor(mcp)
    expect(code).toBe(0)
    const day = new Date(Date.now() + 5 * DAY).toISOString().slice(0, 10)
    expect(checks.TLS).toMatchObject({ status: 'warning', received: `a certificate ends on ${day}` })
  })
})

describe('a deployment to which there is no TLS connection', () => {
  it.each([
    [
      'nobody has signed the certificate but itself',
      selfSigned('localhost'),
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'put one of a public authority in place',
      app,
    ],
    ['nobody trusts the authority', good, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NODE_EXTRA_CA_CERTS', stranger],
    [
      'the certificate has ended',
      authority.issueFor(validFor(-9, -2), 'localhost'),
      'CERT_HAS_EXPIRED',
      'renew it',
      app,
    ],
    [
      'the certificate does not count yet',
      authority.issueFor(validFor(2, 9), 'localhost'),
      'CERT_NOT_YET_VALID',
      'clock',
      app,
    ],
    [
      'the certificate is of other hosts',
      authority.issueFor(validFor(-1, 90), 'a.example', 'b.example'),
      'DNS:a.example, DNS:b.example',
      'add this name',
      app,
    ],
    [
      'it knows old versions alone',
      { ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const,
      'protocol version',
      'turn TLS 1.2 and 1.3 on',
      app,
    ],
  ])('because %s is told that, and nothing else', async (_, secure, received, change, by) => {
    const { mcp } = await deployed(secure)
    const { code, report, checks } = await doctor(mcp, by)
    expect(code).toBe(1)
    expect(checks.TLS).toMatchObject({
      status: 'failed',
      received: expect.stringContaining(received),
      right: expect.any(String),
      change: expect.stringContaining(change),
    })
    for (const { connects, checks } of report.clients) {
      expect(connects).toBe(false)
      const { TLS: _, time, CORS, ...others } = checks
      for (const [name, finding] of Object.entries(others))
        expect(finding, name).toMatchObject({ status: 'not_reached' })
      expect(checks.challenge.received).toBe('there is no TLS connection')
    }
  })

  it('because the port speaks plain http is told that', async () => {
    const { mcp, close } = await deploy()
    closing.push(close)
    const { code, checks } = await doctor(mcp.replace('http:', 'https:'))
    expect(code).toBe(1)
    expect(checks.TLS).toMatchObject({
      status: 'failed',
      right: 'TLS at this port',
      change: expect.stringContaining('http'),
    })
  })
})

it('http that redirects to https is told to give people the other URL', async () => {
  const { origin } = await deployed(good)
  const from = await redirecting(origin)
  const { code, report, checks } = await doctor(`${from}/mcp`)
  expect({ code, doubt: report.doubt }).toEqual({ code: 1, doubt: null })
  expect(checks.challenge).toMatchObject({
    status: 'failed',
    received: expect.stringContaining(`301 to ${origin}/mcp`),
    change: expect.stringContaining('the URL that it redirects to'),
  })
  for (const name of ['resource', 'metadata']) {
    expect(checks[name]).toMatchObject({
      status: 'failed',
      received: expect.stringContaining(`301 to ${origin}/.well-known/`),
      change: expect.stringContaining('the host that it redirects to'),
    })
  }
})

it('an authorization server elsewhere without a trusted certificate is seen, and the MCP endpoint is not blamed', async () => {
  const elsewhere = createSecureServer(selfSigned('localhost')).listen(0, '127.0.0.1')
  closing.push(() => elsewhere.close())
  await once(elsewhere, 'listening')
  const issuer = `https://localhost:${(elsewhere.address() as AddressInfo).port}`
  const { mcp } = await deployed(good, {
    answer: (path, answer) => {
      if (!path.startsWith('/.well-known/oauth-protected-resource')) return
      answer.body = JSON.stringify({ ...JSON.parse(answer.body), authorization_servers: [issuer] })
    },
  })
  const { checks } = await doctor(mcp)
  const statuses = Object.fromEntries(
    Object.entries<{ status: string }>(checks).map(([name, { status }]) => [name, status]),
  )
  expect(statuses).toMatchObject({ challenge: 'ok', resource: 'ok', metadata: 'not_reached', TLS: 'failed' })
  expect(checks.TLS.received).toContain(`GET ${issuer}/`)
})
