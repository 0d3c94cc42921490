/**
 * The MCP starter as somebody gets it who follows its README, and each known client at its door.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createConsumer, removeConsumer } from '../../package/consumer.js'
import { freePort } from '../../support/free-port.js'
import { commandsOf, examples, init, logIn, type Running, run, start, useTarball } from './starter.js'

const original = join(examples, 'mcp')
const readme = readFileSync(join(original, 'README.md'), 'utf8')
const consumer = createConsumer([])
const place = mkdtempSync(join(tmpdir(), 'grantwright-starters-mcp-'))
const folder = join(place, 'my-server')
let server: Running | undefined

afterAll(async () => {
  await server?.stop()
  removeConsumer(consumer)
  rmSync(place, { recursive: true, force: true })
})

describe('the starter for MCP', () => {
  const env: { PORT?: string } = {}

  beforeAll(async () => {
    env.PORT = String(await freePort())
    init(consumer, 'mcp', folder)
    useTarball(consumer, folder)
  })

  it('has a README of one screen that tells how to install, start, test, and look at it from outside', () => {
    expect(commandsOf(readme)).toEqual([
      'npm install',
      'npm start',
      'npm test',
      'npx grantwright doctor http://localhost:3000/mcp',
    ])
    expect(readme.split('\n').length).toBeLessThan(60)
  })

  it('installs, type-checks, and its test connects the official client from nothing to a step-up', async () => {
    await run('npm install', folder, env, 90)
    expect(await run('npm test', folder, env, 90)).toMatch(/# pass 2\n# fail 0/)
  })

  it('starts, says what to give to a client, and lets in the user whom everybody knows', async () => {
    server = await start('npm start', folder, env, 90)
    const endpoint = `http://localhost:${env.PORT}/mcp`
    expect(server.printed()).toContain(`The MCP server is at ${endpoint}`)
    expect(await (await fetch(server.url)).text()).toContain(endpoint)
    const [, username = '', password = ''] = /`([^`]+)` with the password `([^`]+)`/.exec(readme) ?? []
    expect(await logIn(server.url, username, password)).toBe(200)
  })

  it('lets every known client connect, but for those whose document nobody here can fetch', () => {
    const doctor = ['grantwright', 'doctor', `http://localhost:${env.PORT}/mcp`, '--json']
    const { stdout } = spawnSync('npx', doctor, { cwd: folder, encoding: 'utf8', timeout: 120_000 })
    const { clients }: { clients: { id: string; connects: boolean }[] } = JSON.parse(stdout)
    const out = clients.filter(({ connects }) => !connects).map(({ id }) => id)
    expect(clients.length).toBeGreaterThan(10)
    // Of Cursor no copy ships, and its host is not to be reached from everywhere.
    expect(out.filter((id) => id !== 'cursor')).toEqual([])
  })
})
