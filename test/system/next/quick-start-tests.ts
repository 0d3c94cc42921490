/**
 * The quick start of README.md with Next itself: the files as they stand there, in a new app.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { quickStart, walkThrough } from '../../support/quick-start.js'
import { startNext } from './running.js'

const root = resolve(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/adapters/next.md'), 'utf8')
/** The two options that come from the environment, as docs/adapters/next.md has them. */
const [, fromEnvironment = ''] = /```ts\n\/\/ auth\.ts\n([\s\S]*?)```/.exec(page) ?? []

/** Defines the tests of a new app in `parent`, which has Next and grantwright in its node_modules. */
export function testQuickStart(parent: string, bundlers: readonly string[]): void {
  const folder = join(parent, 'quick-start')
  const next = join(parent, 'node_modules/next/dist/bin/next')

  /** Writes the files, with another port, because 3000 may be taken. */
  function write(port: number, change = (auth: string) => auth): void {
    for (const [named, code] of quickStart) {
      const name = named === 'auth.mjs' ? 'auth.ts' : named
      if (name !== 'auth.ts' && !name.startsWith('app/')) continue
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), (name === 'auth.ts' ? change(code) : code).replaceAll('3000', String(port)))
    }
  }

  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(join(folder, 'app'), { recursive: true })
    for (const [name, content] of Object.entries(newApp)) writeFileSync(join(folder, name), content)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  describe('the quick start of README.md', () => {
    it.each(bundlers)('works as it stands in `next dev %s`', async (bundler) => {
      const port = await freePort()
      write(port)
      const args = [next, 'dev', '--port', String(port), ...(bundler ? [bundler] : [])]
      await startNext(folder, args, { NODE_ENV: 'development' })
      expect(await walkThrough(port)).toEqual({ notesOf: 'user-1' })
    })

    it('is built without issuer and secret in the environment, and takes them at the start', async () => {
      const port = await freePort()
      write(port, (auth) => auth.replace(/ {2}issuer: .*\n/, fromEnvironment))
      const { ISSUER: _, AUTH_SECRET: __, ...env } = process.env
      execFileSync(process.execPath, [next, 'build'], {
        cwd: folder,
        env: { ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      const args = [next, 'start', '--port', String(port)]
      const trial = await startNext(folder, args, { NODE_ENV: 'production' })
      expect(await walkThrough(port)).toEqual({ notesOf: 'user-1' })
      await trial.stop()

      const live = { ISSUER: 'https://notes.example.com', AUTH_SECRET: 'a secret of 32 characters or more' }
      await startNext(folder, args, { NODE_ENV: 'production', ...live })
      const metadata = await fetch(`http://localhost:${port}/.well-known/oauth-authorization-server`)
      expect(await metadata.json()).toMatchObject({ issuer: live.ISSUER })
      expect((await fetch(`http://localhost:${port}/oauth/jwks`)).status).toBe(200)
    }, 300_000)
  })
}

/** What `npx create-next-app` makes of an app in TypeScript, as far as it matters. */
const newApp = {
  'package.json': JSON.stringify({ private: true }),
  // A new app has its packages in its own folder. Here they are in those above, which Turbopack does not look into by itself.
  'next.config.ts': `const root = ${JSON.stringify(root)}
export default { turbopack: { root }, outputFileTracingRoot: root }
`,
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'ES2017',
      lib: ['dom', 'dom.iterable', 'esnext'],
      allowJs: true,
      skipLibCheck: true,
      strict: true,
      noEmit: true,
      esModuleInterop: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      resolveJsonModule: true,
      isolatedModules: true,
      jsx: 'react-jsx',
      incremental: true,
      plugins: [{ name: 'next' }],
      paths: { '@/*': ['./*'] },
    },
    include: ['next-env.d.ts', '**/*.ts', '**/*.tsx', '.next/types/**/*.ts', '.next/dev/types/**/*.ts'],
    exclude: ['node_modules'],
  }),
  'app/layout.tsx': `export default function Layout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}`,
  'app/page.tsx': 'export default function Page() { return <main>Notes</main> }',
}
