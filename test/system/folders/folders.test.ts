/**
 * The README's first commands in a folder that only its owner may enter, as most folders of root and those of `mktemp -d` are,
 * with a space and a letter beyond ASCII in its path: as whoever runs this, and, when that is root, as an ordinary user, too.
 *
 * The checkout is copied as it lies there, changes and all, without what commands have made in it.
 */
import { execSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { giveTo, serverUser } from '../../storage/support/sql-server.js'
import { freePort } from '../../support/free-port.js'
import { run, start } from '../starters/starter.js'

const checkout = resolve(import.meta.dirname, '../../..')
const made = /^(node_modules|dist|coverage|\.git|\.results|\.data|\.next|.*\.build\.js(\.map)?)$/

const ordinary = serverUser('nobody')
const people = [
  { who: 'whoever runs this', user: undefined },
  ...(ordinary ? [{ who: 'an ordinary user', user: ordinary }] : []),
]

describe.each(people)('in a closed folder, $who', ({ user }) => {
  const closed = mkdtempSync(join(tmpdir(), 'grantwright-folders-'))
  const folder = join(closed, 'Über uns', 'grantwright')
  const env = user ? atHome(join(closed, 'home')) : {}

  beforeAll(() => {
    cpSync(checkout, folder, { recursive: true, filter: (source) => !made.test(basename(source)) })
    if (!user) return
    mkdirSync(join(closed, 'home'))
    giveTo(closed, user)
  })
  afterAll(() => rmSync(closed, { recursive: true, force: true }))

  it('gets to the playground with the one line of the README', async () => {
    const line = 'npm ci && npm start'
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(`\`\`\`sh\n${line}\n\`\`\``)
    const playground = await start(line, folder, { ...env, PORT: String(await freePort()) }, 240, user)
    try {
      await vi.waitFor(() => expect(playground.printed()).toContain(`The playground is at   ${playground.url}\n`))
    } finally {
      await playground.stop()
    }
  }, 250_000)

  // Nothing is closed to root.
  if (user || process.getuid?.() !== 0)
    it('starts the playground again where it can only read, with DATA_DIR, and says what cannot be written', async () => {
      const places = ['.', 'examples/playground'].map((path) => join(folder, path))
      rmSync(join(folder, 'examples/playground/.data'), { recursive: true })
      for (const place of places) chmodSync(place, 0o555)
      const at = { ...env, PORT: String(await freePort()) }
      try {
        await expect(run('npm start', folder, at, 60, user)).rejects.toThrow('The playground cannot keep its data in')
        const playground = await start('npm start', folder, { ...at, DATA_DIR: join(closed, 'data') }, 60, user)
        await playground.stop()
        utimesSync(join(folder, 'src/index.ts'), new Date(), new Date())
        await expect(run('npm start', folder, at, 60, user)).rejects.toThrow(`npm start builds into ${folder}, which`)
      } finally {
        for (const place of places) chmodSync(place, 0o755)
      }
    })

  it('runs the tests that start a database server', async () => {
    const line = 'npx vitest run test/storage/servers.test.ts test/cli/migrate.test.ts'
    const printed = await run(line, folder, env, 110, user)
    expect(printed).toMatch(/Test Files.*2 passed/)
    expect(printed).not.toMatch(/skipped|Error/)
  })
})

/** A home of one's own, with nothing of the home of whoever runs this but the registry that is used there. */
function atHome(home: string): { readonly [name: string]: string } {
  const registry = execSync('npm config get registry', { cwd: checkout, encoding: 'utf8' }).trim()
  return {
    HOME: home,
    npm_config_cache: join(home, 'cache'),
    npm_config_userconfig: join(home, '.npmrc'),
    npm_config_registry: registry,
  }
}
