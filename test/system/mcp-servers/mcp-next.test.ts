/**
 * docs/how-to/mcp-next.md as it stands there: its files in a new app, in `next dev` through edits, with the settings that it names, and built. The app is in
 * a folder of this area, because Turbopack leaves links out that lead out of its root.
 */
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { pack } from '../../../scripts/package.mjs'
import { filesOf, pageOf, piecesOf } from '../../docs/reader.js'
import { freePort } from '../../support/free-port.js'
import { filesIn } from '../../support/quick-start.js'
import { compilerOptions } from '../../support/strict-compiler.js'
import { Jar } from '../logins/jar.js'
import { runNext } from '../next/running.js'
import { turnedAway } from './doctor.js'
import { McpUser } from './mcp-user.js'
import { goAllTheWay } from './notes-user.js'
import { importedBy, installedBy } from './packages.js'
import { Person } from './person.js'

const root = resolve(import.meta.dirname, '../../..')
const page = 'docs/how-to/mcp-next.md'
const files = filesIn(pageOf(page))
const [install = '', dev = '', , build = ''] = piecesOf(page, 'sh')
const [init = ''] = install.split('\n')
const kept = piecesOf(page, 'ts').find((piece) => piece.includes('globalThis')) ?? ''

const folder = join(import.meta.dirname, '.pages/next')
const next = join(import.meta.dirname, 'node_modules/next/dist/bin/next')

function write(name: string, code: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), code)
}

/** Writes the files of the page, at a port of their own, and says where the app will be. */
async function arrive(change = (_name: string, code: string) => code) {
  const port = String(await freePort())
  for (const [name, code] of files) write(name, change(name, code).replaceAll('3000', port))
  return { port, origin: `http://localhost:${port}` }
}

/** Runs a command of the page: `next` and what is behind it, at this port. */
function run(command: string, port: string, NODE_ENV: 'development' | 'production') {
  const [, args = ''] = /npx next ((?:dev|start).*)$/.exec(command) ?? []
  return runNext(folder, [next, ...args.split(' '), '--port', port], { NODE_ENV })
}

/** Runs a script of Node to its end, while connections are looked after. */
const node = (args: readonly string[]) =>
  promisify(execFile)(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
  })

/** A person without scripts, who logs in and allows. */
function quickPerson(origin: string) {
  const jar = new Jar(origin)
  return async (url: string) => {
    let place = await jar.open(url)
    if (place.html.includes('type="password"'))
      place = await jar.submit(place, { username: 'ada', password: 'analytical-engine' })
    return (await jar.submit(place, { decision: 'allow' })).url
  }
}

/** Somebody with the client of the newer generation, which registers itself and keeps refresh tokens. */
const userOf = (
  endpoint: string,
  browse: (url: string) => Promise<URL>,
  redirectUrl = 'http://127.0.0.1:4711/callback',
) => new McpUser(2, endpoint, browse, true, 'registering', { documentUrl: '', redirectUrl })

let person: Person
beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  // The first line of the page; what the others install is in this area.
  mkdirSync(folder, { recursive: true })
  // Without what the npm that runs the tests says, which would write into the repository.
  const { PATH, HOME } = process.env
  execFileSync('sh', ['-c', init], { cwd: folder, env: { PATH, HOME } })
  const installed = join(folder, 'node_modules/grantwright')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', pack(folder), '-C', installed, '--strip-components=1'])
  person = await Person.arrive()
})
afterAll(async () => {
  await person?.leave()
  rmSync(folder, { recursive: true, force: true })
})

it('has these commands, and imports what its first commands install', () => {
  expect(init).toBe('npm init -y && npm pkg set type=module')
  expect(dev).toBe('npx next dev -H localhost')
  expect(build).toBe('npx next build && npx next start -H localhost')
  const imported = importedBy(files.values())
  imported.delete('grantwright')
  expect(installedBy(page)).toEqual(expect.arrayContaining([...imported]))
  // Next wants these, though no file of the page imports them.
  expect(installedBy(page)).toEqual(
    expect.arrayContaining(['next', 'react', 'react-dom', '@types/react', 'typescript']),
  )
})

it('shares what is not of Next with the page about Hono, but for the extensions that Turbopack does not know', () => {
  for (const [name, code] of filesOf('docs/how-to/mcp-hono.md')) {
    if (name !== 'server.ts') expect(files.get(name)).toBe(code.replace(/'(\.\/\w+)\.js'/g, "'$1'"))
  }
})

describe('in `next dev`', () => {
  let server: ReturnType<typeof runNext>
  let at: Awaited<ReturnType<typeof arrive>>
  let endpoint: string

  beforeAll(async () => {
    at = await arrive()
    endpoint = `${at.origin}/mcp`
    server = run(dev, at.port, 'development')
    await server.ready
  })
  afterAll(() => server?.stop())

  /** Changes the name of the server, by which it is seen that the file was read again. */
  async function edit(auth: string, name: string): Promise<void> {
    write('auth.ts', auth.replaceAll('3000', at.port).replace("name: 'Notes'", `name: '${name}'`))
    const metadata = `${at.origin}/.well-known/oauth-protected-resource/mcp`
    const nameNow = async () => (await (await fetch(metadata)).json()).resource_name
    await vi.waitFor(async () => expect(await nameNow()).toBe(name), { timeout: 30_000, interval: 200 })
  }

  it('takes the official client all the way, from nothing, in a browser', async () => {
    await goAllTheWay(userOf(endpoint, person.agree, person.redirectUrl), true)
    expect(person.complaints).toEqual([])
  })

  it('lets every known client connect that reaches this machine', async () => {
    const { out, played } = await turnedAway(folder, endpoint)
    expect([out, played > 10]).toEqual([[], true])
  })

  it('goes on through edits with the tokens and the client that it has', async () => {
    const ada = userOf(endpoint, quickPerson(at.origin))
    await ada.connect()
    const before = ada.tokens
    await edit(files.get('auth.ts') ?? '', 'Notes after an edit')
    expect(await ada.call('list_notes')).toContain('Buy milk')
    expect(ada.tokens).toEqual(before)
    ada.wearOut()
    expect(await ada.call('list_notes')).toContain('Buy milk')
    expect(ada.asked).toHaveLength(1)
  })

  it('serves `mcp-handler` in the same place, as the page about frameworks says', async () => {
    const ada = userOf(endpoint, quickPerson(at.origin))
    await ada.connect()
    const [route = ''] = (filesOf('docs/how-to/mcp-frameworks.md').get('handler.ts') ?? '').split(
      '\nconst app = new Hono()',
    )
    const inNext = route
      .replace(/import .* from '(@hono\/node-server|hono|grantwright\/hono|\.\/auth\.js)'\n/g, '')
      .replace('./api.js', '../../auth')
      .replace('export const answer', 'const answer')
    write('app/mcp/route.ts', `${inNext}\nexport { answer as GET, answer as POST }\n`)
    await vi.waitFor(async () => expect(await ada.tools()).toEqual(['whoami', 'add_note']), { timeout: 30_000 })
    expect(await ada.call('whoami')).toBe('user-1')
    expect(await ada.callAndAuthorize('add_note')).toBe('added with notes:read notes:write')
    write('app/mcp/route.ts', files.get('app/mcp/route.ts') ?? '')
    await vi.waitFor(async () => expect(await ada.tools()).toContain('find_notes'), { timeout: 30_000 })
  })

  it('remembers through edits what is kept in memory as the page says, and forgets what is not', async () => {
    const [declaration = '', option = ''] = kept.split('\n\n')
    const inMemory = (before: string, storage: string) =>
      `import { memoryStorage } from 'grantwright/storage/memory'\n${files.get('auth.ts')}`
        .replace('const issuer', `${before}\nconst issuer`)
        .replace(/ {2}storage: .*/, `  ${storage}`)
    const forgetful = inMemory('', 'storage: memoryStorage(),')
    const careful = inMemory(declaration, option)
    await edit(careful, 'Careful')
    expect(await strictly()).toBe('')
    const ada = userOf(endpoint, quickPerson(at.origin))
    await ada.connect()
    const token = ada.tokens?.access_token
    await edit(careful, 'Careful after an edit')
    expect(await ada.call('list_notes')).toContain('Buy milk')
    expect(ada.tokens?.access_token).toBe(token)
    await edit(forgetful, 'Forgetful')
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(endpoint, { method: 'POST', headers, body: '{}' })).status).toBe(401)
  })
})

it('works with `basePath` and `trailingSlash`, as the page says', async () => {
  const at = await arrive((name, code) => {
    if (name === 'auth.ts') return code.replace('http://localhost:3000', 'http://localhost:3000/tenant')
    return code.replace('routeHandlers(auth)', "routeHandlers(auth, { at: '/tenant' })")
  })
  const [config = ''] = /export default \{\n {2}basePath[\s\S]*?\n\}/.exec(pageOf('docs/adapters/next.md')) ?? []
  const slashes = 'trailingSlash: true, skipTrailingSlashRedirect: true'
  expect(pageOf('docs/adapters/next.md')).toContain(`{ ${slashes} }`)
  const settings = config.replace('export default {', `export default { ${slashes},`)
  write('next.config.ts', `const here = '${at.origin}'\n${settings}`)
  onTestFinished(() => rmSync(join(folder, 'next.config.ts')))
  const server = run(dev, at.port, 'development')
  onTestFinished(server.stop)
  await server.ready
  const endpoint = `${at.origin}/tenant/mcp`
  await goAllTheWay(userOf(endpoint, quickPerson(at.origin)), true)
  expect((await turnedAway(folder, endpoint)).out).toEqual([])
})

describe('built and started', () => {
  it('takes the official client all the way, in a browser, with the files as a strict compiler accepts them', async () => {
    const at = await arrive()
    expect(await strictly()).toBe('')
    await node([next, 'build'])
    const server = run(build, at.port, 'production')
    onTestFinished(server.stop)
    await server.ready
    const endpoint = `${at.origin}/mcp`
    await goAllTheWay(userOf(endpoint, person.agree, person.redirectUrl), true)
    expect(person.complaints).toEqual([])
    expect((await turnedAway(folder, endpoint)).out).toEqual([])
  }, 300_000)
})

/** What a strict compiler says to the files as they are in the app now; the empty string when it is content. */
async function strictly(): Promise<string> {
  const options = { ...compilerOptions, module: 'Preserve', moduleResolution: 'Bundler' }
  write('tsconfig.strict.json', JSON.stringify({ compilerOptions: options, files: [...files.keys()] }))
  const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.strict.json']
  return (await node(tsc).catch((error) => error)).stdout
}
