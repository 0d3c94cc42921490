/**
 * The code of docs/mcp.md and docs/registration.md compiles as it stands there.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { filesOf, Reader } from './reader.js'

// A compiler run takes seconds, more on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe.each(['docs/mcp.md', 'docs/registration.md'])('the code of %s', (page) => {
  let reader: Reader
  beforeAll(async () => {
    reader = await Reader.arrive(['@types', 'undici-types', 'express', 'libsql', 'typescript'])
  })
  afterAll(() => reader?.leave())

  it('compiles strictly', async () => {
    const files = filesOf(page)
    expect(files.size).toBeGreaterThan(0)
    expect(await reader.typeCheck(files)).toBe('')
  })
})
