/** docs/how-to/mcp-hono.md as it stands there: its files, with what it installs, by its command, and the official clients of both generations. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesOf, piecesOf, Reader } from '../../docs/reader.js'
import { turnedAway } from './doctor.js'
import { McpUser } from './mcp-user.js'
import { goAllTheWay } from './notes-user.js'
import { importedBy, installedBy, whereAre } from './packages.js'
import { Person } from './person.js'

const page = 'docs/how-to/mcp-hono.md'
const files = filesOf(page)
const [, start = '', doctor] = piecesOf(page, 'sh')

describe('an MCP server on Hono', () => {
  let reader: Reader
  let person: Person
  let endpoint: string

  beforeAll(async () => {
    reader = await Reader.arrive([], whereAre(installedBy(page)))
    endpoint = `${reader.origin}/mcp`
    for (const [name, code] of files)
      writeFileSync(join(reader.folder, name), code.replaceAll('3000', String(reader.port)))
    const command = start.replace('npx tsx', 'node node_modules/tsx/dist/cli.mjs')
    expect((await reader.run(command).says(/^The MCP server is at (.*)$/m))[1]).toBe(endpoint)
    person = await Person.arrive()
  })
  afterAll(async () => {
    await person?.leave()
    reader?.leave()
  })

  it('has these files and commands, and imports what its first commands install', () => {
    expect([...files.keys()]).toEqual(['auth.ts', 'notes.ts', 'tools.ts', 'server.ts'])
    expect([start, doctor]).toEqual(['npx tsx server.ts', 'npx grantwright doctor http://localhost:3000/mcp'])
    const imported = importedBy(files.values())
    imported.delete('grantwright')
    expect(installedBy(page)).toEqual(expect.arrayContaining([...imported]))
  })

  it('has the tools of the starter', () => {
    const toolsIn = (code = '') =>
      [...code.matchAll(/registerTool\(\s*'(\w+)',\s*(?:\/\/.*\s*)?\{\s*description: '(.+?)'/g)].map(
        ([, ...tool]) => tool,
      )
    const starter = readFileSync(join(import.meta.dirname, '../../../examples/mcp/tools.ts'), 'utf8')
    expect(toolsIn(files.get('tools.ts'))).toEqual(toolsIn(starter))
    expect(toolsIn(starter)).toHaveLength(3)
  })

  it.each([1, 2] as const)(
    'takes the client of generation %d all the way, from nothing, in a browser',
    async (generation) => {
      const redirectUrl = person.redirectUrl
      const described = { documentUrl: '', redirectUrl }
      // The client of generation 1 that has a refresh token does not ask for more, but spends it.
      await goAllTheWay(
        new McpUser(generation, endpoint, person.agree, generation === 2, 'registering', described),
        generation === 2,
      )
      expect(person.complaints).toEqual([])
    },
  )

  it('lets every known client connect that reaches this machine', async () => {
    const { out, played } = await turnedAway(reader.folder, endpoint)
    expect([out, played > 10]).toEqual([[], true])
  })

  it('is TypeScript that a strict compiler accepts', async () => {
    expect(await reader.typeCheck(files)).toBe('')
  })
})
