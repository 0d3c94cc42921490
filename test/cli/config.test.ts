import { readdirSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { type App, createApp, reExport, sqliteAuth } from './app.js'

const apps: App[] = []
afterEach(() => apps.splice(0).forEach((app) => void app.remove()))

function given(files: { readonly [path: string]: string }, packages?: readonly string[]): App {
  const app = createApp(files, packages)
  apps.push(app)
  return app
}

/** What a failing run says. */
async function complaint(app: App, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await app.run(...args)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  return stderr
}

const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript)

describe('the config', () => {
  it.each(['grantwright.config.js', 'grantwright.config.mjs'])('is found as %s', async (name) => {
    const app = given({ 'auth.js': sqliteAuth, [name]: reExport })
    expect(await app.json('client', 'list')).toMatchObject([{ client_id: 'desktop' }])
  })

  it('is another file with --config, which may be CommonJS or export a promise', async () => {
    const app = given({
      'auth.js': sqliteAuth,
      'a.cjs': "module.exports = require('./auth.js').auth",
      'b.cjs': "exports.__esModule = true; exports.default = require('./auth.js').auth",
      'c.mjs': "export default import('./auth.js').then(({ auth }) => auth)",
    })
    for (const file of ['a.cjs', 'b.cjs', 'c.mjs']) {
      expect(await app.json('client', 'list', '--config', file), file).toMatchObject([{ client_id: 'desktop' }])
    }
  })

  it('is asked for when there is none', async () => {
    const app = given({})
    const told = await complaint(app, 'client', 'list')
    expect(told).toContain(
      'There is no grantwright.config.js, grantwright.config.mjs, grantwright.config.ts, grantwright.config.mts in',
    )
    expect(told).toContain('Write grantwright.config.mjs')
    expect(told).toContain("export { auth as default } from './auth.mjs'")
    expect(await complaint(app, 'client', 'list', '--config', 'nope.js')).toMatch(/There is no file .*nope\.js\./)
  })

  it('may not be a folder', async () => {
    const app = given({ 'sub/grantwright.config.js': reExport })
    expect(await complaint(app, 'keys', 'rotate', '--config', 'sub')).toContain(
      'sub is not a file. Did you mean sub/grantwright.config.js?',
    )
  })

  it.each([
    [
      'export const x = 1',
      'has no default export. Its default export must be your server: write `export default auth`.',
    ],
    [
      "export { auth } from './auth.js'",
      'has no default export. It exports a server as auth: write `export default auth`.',
    ],
    ['export default {}', 'is an object, not a server made by createAuthorizationServer.'],
    ['export default () => {}', 'is a function, not a server made by createAuthorizationServer.'],
    ['export default undefined', 'is undefined, not a server made by createAuthorizationServer.'],
    ["import './gone.js'", "could not be loaded: Cannot find module '"],
    ['\nexport default a.b', 'grantwright.config.js:2:'],
    ['export default {', 'grantwright.config.js` shows where.'],
    [
      "import { createAuthorizationServer } from 'grantwright'\nexport default createAuthorizationServer({ issuer: 'x' })",
      'could not be loaded: issuer is not a URL.',
    ],
  ])('is told what is wrong with %j', async (config, message) => {
    const app = given({ 'auth.js': sqliteAuth, 'grantwright.config.js': config })
    expect(await complaint(app, 'client', 'list')).toContain(message)
  })

  it('must use the copy of grantwright that the command belongs to', async () => {
    const likeOne = '{ issuer: "x", handle: 0, fetch: 0, clients: 0, grants: 0, keys: 0 }'
    const app = given({ 'grantwright.config.js': `export default ${likeOne}` })
    expect(await complaint(app, 'client', 'list')).toContain(
      'was made by another copy of grantwright than this command (file:',
    )
  })
})

describe('a config in TypeScript', () => {
  const typed = {
    'grantwright.config.ts': "export { auth as default } from './src/auth.js'\n",
    'src/auth.ts': sqliteAuth
      .replace("import Database from 'libsql'", "import { Database, File, here } from '@/database'")
      .replace("'auth.db'", 'here(File.Name)'),
    'src/database.ts': `
      import { createRequire } from 'node:module'
      import { fileURLToPath } from 'node:url'
      const require = createRequire(import.meta.url)
      export const Database = require('libsql')
      export enum File { Name = 'auth.db' }
      export const here = (name: File): string => fileURLToPath(new URL(name, import.meta.url))
    `,
    'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
  }

  it('is bundled by the esbuild of the app, as projects write it, and every module stays where it is', async () => {
    const app = given(typed, ['libsql', 'esbuild'])
    expect(await app.json('client', 'list')).toMatchObject([{ client_id: 'desktop' }])
    expect(readdirSync(`${app.folder}/src`)).toContain('auth.db')
    expect(readdirSync(app.folder).sort()).toEqual([
      'grantwright.config.ts',
      'node_modules',
      'package.json',
      'src',
      'tsconfig.json',
    ])
  })

  it('leaves no file behind when it cannot be loaded, and is told by its own lines', async () => {
    const app = given({ 'grantwright.config.ts': '\nconst x = null as unknown as { y: 1 }\nexport default x.y\n' }, [
      'esbuild',
    ])
    expect(await complaint(app, 'client', 'list')).toMatch(
      /could not be loaded: .*null.*\n.*grantwright\.config\.ts:3:/,
    )
    expect(readdirSync(app.folder).sort()).toEqual(['grantwright.config.ts', 'node_modules', 'package.json'])
  })

  if (stripsTypes) {
    it('is run by Node itself without esbuild', async () => {
      const app = given({
        'auth.ts': sqliteAuth.replace('export const auth =', 'export const auth: object ='),
        'grantwright.config.ts': "export { auth as default } from './auth.ts'",
      })
      expect(await app.json('client', 'list')).toMatchObject([{ client_id: 'desktop' }])
      app.write({ 'grantwright.config.ts': "export { auth as default } from './auth.js'" })
      expect(await complaint(app, 'client', 'list')).toContain('With esbuild (npm install --save-dev esbuild)')
    })
  } else {
    it('says what to do where Node runs no TypeScript and there is no esbuild', async () => {
      const told = await complaint(given({ 'grantwright.config.ts': reExport }), 'client', 'list')
      expect(told).toContain('is TypeScript, which Node')
      expect(told).toContain('npm install --save-dev esbuild')
      expect(told).toContain('grantwright.config.mjs')
    })
  }
})
