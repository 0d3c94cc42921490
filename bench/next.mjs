/**
 * An app of Next with grantwright in it, built as `next build` builds it. The server is made by whoever serves the app, and handed to its route files.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { install, root } from './ready.mjs'
import { deleteFolder, temporaryFolder } from './temporary.mjs'

const handedOver = 'grantwright of the benchmark'

/** `next build` loads it, too, and then there is no server. */
const route = `import { routeHandlers } from 'grantwright/next'

const auth = globalThis[Symbol.for('${handedOver}')]
export const { GET, POST, PUT, DELETE, OPTIONS } = auth ? routeHandlers(auth) : {}
`

/** The packages are links out of the app's own folder. */
const config = `export default { turbopack: { root: '/' }, outputFileTracingRoot: '/' }\n`

const files = {
  'package.json': '{ "type": "module" }\n',
  'next.config.mjs': config,
  'app/oauth/[...path]/route.js': route,
  'app/.well-known/[...path]/route.js': route,
}

/** Until it has to be built, in milliseconds. */
const LONGEST = 180_000

/** @returns {{ folder: string, what: string, stop(): void }} the built app */
export function buildNextApp() {
  const packages = join(install(join(root, 'test/system/next'), 'Next'), 'node_modules')
  const folder = temporaryFolder()
  const stop = () => deleteFolder(folder)
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    mkdirSync(join(folder, 'node_modules'))
    for (const name of ['next', 'react', 'react-dom'])
      symlinkSync(join(packages, name), join(folder, 'node_modules', name))
    symlinkSync(root, join(folder, 'node_modules/grantwright'))
    console.log('Building an app of Next …')
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(packages, 'next/dist/bin/next'), 'build'], {
      cwd: folder,
      env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      encoding: 'utf8',
      timeout: LONGEST,
    })
    if (status !== 0) throw new Error(`The app of Next could not be built.\n${`${stdout}${stderr}`.slice(-2000)}`)
    const { version } = createRequire(join(folder, 'package.json'))('next/package.json')
    return { folder, what: `Next ${version}`, stop }
  } catch (error) {
    stop()
    throw error
  }
}

/** Next as the custom server of its documentation, in this process, which also runs the route handlers. */
export async function nextListener(dir, auth) {
  globalThis[Symbol.for(handedOver)] = auth
  const app = createRequire(join(dir, 'package.json'))('next')({ dev: false, dir })
  await app.prepare()
  return app.getRequestHandler()
}
