/**
 * docs/rate-limits.md, held to the server: its limits and endpoints are those that there are, and its files compile and do what they say.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { core } from '../../src/construction/core.js'
import type { Feature } from '../../src/index.js'
import { deploymentOf } from '../../src/points/deployments.js'
import { codes, tablesOf } from '../support/doc-tables.js'
import { harness, ISSUER } from '../support/harness.js'
import { filesOf, piecesOf, Reader } from './reader.js'

// A compiler run takes seconds, more on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const page = 'docs/rate-limits.md'
const rowsUnder = tablesOf(page)
const files = filesOf(page)

describe('the tables', () => {
  it('have a row for every limit of the server, and no other', () => {
    expect(rowsUnder('## The defaults').map(([name]) => codes(name)[0])).toEqual(core.limits)
  })

  it('have every endpoint of the server', () => {
    const { paths } = deploymentOf(harness().server).urls
    const documented = rowsUnder('## Every open endpoint').flatMap(([names]) => codes(names))
    expect(Object.keys(paths).filter((name) => !documented.includes(name))).toEqual([])
  })
})

describe('the files', () => {
  let reader: Reader
  beforeAll(async () => {
    reader = await Reader.arrive(['@types', 'undici-types', 'ioredis', 'rate-limiter-flexible', 'typescript'])
  })
  afterAll(() => reader?.leave())

  it('compile strictly, limiters as the option takes them', async () => {
    const options = `import type { ServerOptions } from 'grantwright'
import { limiters } from './limiter.js'
export const options: Pick<ServerOptions, 'limiter'> = { limiter: limiters }`
    expect(piecesOf(page, 'ts')).toEqual([expect.stringContaining('limiter: limiters')])
    expect(await reader.typeCheck(new Map([...files, ['options.ts', options]]))).toBe('')
  })

  it('bring a guest book that one address can sign ten times an hour', async () => {
    writeFileSync(join(reader.folder, 'package.json'), '{ "type": "module" }')
    reader.write('visits.ts', files.get('visits.ts'))
    const { visits }: { visits: Feature } = await import(pathToFileURL(join(reader.folder, 'visits.js')).href)
    const h = harness({ features: [visits] })
    const sign = (address: string) => h.server.fetch(new Request(`${ISSUER}/visits`, { method: 'POST' }), { address })
    for (let i = 0; i < 10; i++) expect((await sign('203.0.113.9')).status).toBe(204)
    const refused = await sign('203.0.113.9')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3600'])
    expect((await sign('203.0.113.10')).status).toBe(204)
    expect(h.events[0]).toMatchObject({ type: 'limited', limit: 'visitsPerAddress', wait: 3600 })
  })
})
