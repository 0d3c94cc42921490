/**
 * The starter for MCP as `init` copies it, and the official clients of both generations before a person at a real browser: one that registers itself, and one
 * that comes by a document, as Claude Code does.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Reader } from '../../docs/reader.js'
import { McpUser } from './mcp-user.js'
import { goAllTheWay } from './notes-user.js'
import { whereAre } from './packages.js'
import { Person } from './person.js'

// A copy of it ships, for machines that do not reach the host.
const documentUrl = 'https://claude.ai/oauth/claude-code-client-metadata'

const packages = [
  ...['@modelcontextprotocol/node', '@modelcontextprotocol/server', 'express', 'libsql', 'tsx', 'zod'],
  ...['@modelcontextprotocol/client', '@types/express', '@types/node', 'typescript'],
]

let reader: Reader
let person: Person
beforeAll(async () => {
  reader = await Reader.arrive([], whereAre(packages))
  await reader.run('node node_modules/grantwright/dist/cli.js init mcp my-server').ended
  await reader.run('cd my-server && npm start', { PORT: String(reader.port) }).says(/^The MCP server is at/m)
  person = await Person.arrive()
})
afterAll(async () => {
  await person?.leave()
  reader?.leave()
})

it('has no packages but these', async () => {
  const { default: manifest } = await import(join(reader.folder, 'my-server/package.json'), { with: { type: 'json' } })
  const { grantwright: _, ...others } = { ...manifest.dependencies, ...manifest.devDependencies }
  expect(Object.keys(others).sort()).toEqual([...packages].sort())
})

describe.each([1, 2] as const)('the official client of generation %d', (generation) => {
  it.each(['registering', 'described'] as const)('goes all the way in a browser, %s', async (comes) => {
    const described = { documentUrl, redirectUrl: person.redirectUrl }
    // The client of generation 1 that has a refresh token does not ask for more, but spends it.
    const refreshes = generation === 2
    const user = new McpUser(generation, `${reader.origin}/mcp`, person.agree, refreshes, comes, described)
    await goAllTheWay(user, refreshes)
    expect(user.clientId()).toMatch(comes === 'described' ? documentUrl : /^gwcl_/)
    expect(person.complaints).toEqual([])
  })
})
