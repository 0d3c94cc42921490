/** docs/openid.md as its reader takes it: the server behind the quick start's framework, and the forum that logs people in with it. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { OpenIdOptions } from '../../src/features/openid/index.js'
import { claimsOfScope } from '../../src/features/openid/rules/identity-claims.js'
import { codes, tablesOf } from '../support/doc-tables.js'
import { freePort } from '../support/free-port.js'
import { Jar } from '../system/logins/jar.js'
import { filesOf, Reader } from './reader.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const page = 'docs/openid.md'
const files = filesOf(page)

describe('sign in with your app', () => {
  let reader: Reader
  let forum: string
  let typeErrors: string

  beforeAll(async () => {
    reader = await Reader.arrive(['express', 'libsql', 'openid-client', 'typescript', '@types/node'])
    typeErrors = await reader.typeCheck(files)
    const port = await freePort()
    forum = `http://localhost:${port}`
    const here = (code = '') => code.replaceAll('4000', String(port))
    const env = { FORUM_SECRET: 'a secret of the forum, long enough' }
    reader.write('auth.ts', here(files.get('auth.ts')))
    reader.write('server.mjs', files.get('server.mjs'))
    reader.write('forum.mjs', here(files.get('forum.mjs')))
    await reader.run('node server.mjs', env).says(/^The server is at/m)
    await reader.run('node forum.mjs', env).says(/^The forum is at/m)
  })
  afterAll(() => reader?.leave())

  it('compiles where the compiler is strict', () => {
    expect(typeErrors).toBe('')
  })

  it('logs people in to another app, which learns what they let it', async () => {
    const jar = new Jar(reader.origin)
    const started = await fetch(forum, { redirect: 'manual' })
    let place = await jar.open(started.headers.get('location') ?? '')
    place = await jar.submit(place, { username: 'ada', password: 'analytical-engine' })
    expect(place.html).toContain('See your email address')
    const callback = await jar.submit(place, { decision: 'allow', scope_0_1: 'on', scope_0_2: 'on' })
    expect(await (await fetch(callback.url)).text()).toBe('Ada Lovelace <user-1@example.com> is user-1')
  })

  it('has the options of the feature in its table', () => {
    const options: Record<keyof Required<OpenIdOptions>, true> = { algorithms: true, documents: true }
    expect(tablesOf(page)('## Options').map(([name]) => codes(name)[0])).toEqual(Object.keys(options))
  })

  it('has every scope with its claims', () => {
    const rows = tablesOf(page)('## What a client learns').map(([scope, claims]) => [codes(scope)[0], codes(claims)])
    const { openid: _, ...others } = claimsOfScope
    expect(Object.fromEntries(rows)).toEqual({ openid: ['sub'], ...others, offline_access: [] })
  })
})
