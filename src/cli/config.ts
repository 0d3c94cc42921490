/**
 * Finding and loading the server: the default export of `grantwright.config.*` in the working directory.
 *
 * @module
 */
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { deploymentOf } from '../points/deployments.js'
import type { AuthorizationServer } from '../server.js'
import type { LoadedServer } from './command.js'
import { Failure, tell } from './failure.js'
import { importTypeScript } from './typescript.js'

/** In this order. */
const names = ['js', 'mjs', 'ts', 'mts'].map((ending) => `grantwright.config.${ending}`)

/** @param named what `--config` says. */
export async function loadServer(named: string | undefined): Promise<LoadedServer> {
  const file = named === undefined ? findConfig() : namedConfig(named)
  const module = await importConfig(file)
  return serverIn(module, file)
}

function findConfig(): string {
  const found = names.map((name) => resolve(name)).find((file) => existsSync(file))
  if (found !== undefined) return found
  throw new Failure(`There is no ${names.join(', ')} in ${process.cwd()}.
Write grantwright.config.mjs, whose default export is your server, such as

  export { auth as default } from './auth.mjs'

or name another file with --config.`)
}

function namedConfig(named: string): string {
  const file = resolve(named)
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isFile()) return file
  if (!found) throw new Failure(`There is no file ${file}.`)
  const inside = names.find((name) => existsSync(join(file, name)))
  throw new Failure(`${file} is not a file.${inside === undefined ? '' : ` Did you mean ${join(named, inside)}?`}`)
}

async function importConfig(file: string): Promise<{ readonly [name: string]: unknown }> {
  try {
    return await (/\.[cm]?tsx?$/.test(file) ? importTypeScript(file) : import(pathToFileURL(file).href))
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(`${file} could not be loaded: ${tell(error)}${placeOf(error, file)}`)
  }
}

/** Where in the app's own code it went wrong, if the trace of an error tells. */
function placeOf(error: unknown, file: string): string {
  // Only when nothing catches it does Node tell where.
  if (error instanceof SyntaxError) return `\n\`node ${file}\` shows where.`
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : []
  // With or without source maps: a path or a URL.
  const ours = fileURLToPath(new URL('..', import.meta.url))
  const foreign = ['node:', '/node_modules/', pathToFileURL(ours).href, ` ${ours}`, `(${ours}`]
  const own = (line: string) => /^\s+at .*[/\\]/.test(line) && !foreign.some((part) => line.includes(part))
  const place = lines.find(own)
  return place === undefined ? '' : `\n${place}`
}

async function serverIn(module: { readonly [name: string]: unknown }, file: string): Promise<LoadedServer> {
  if (!('default' in module)) {
    const name = Object.keys(module).find((key) => asServer(module[key]))
    const cure = name === undefined ? 'Its default export must be your server' : `It exports a server as ${name}`
    throw new Failure(`${file} has no default export. ${cure}: write \`export default ${name ?? 'auth'}\`.`)
  }
  const exported = await module.default
  // A CommonJS module that was compiled from `export default`.
  const server = asServer(exported) ?? (isObject(exported) ? asServer(exported.default) : undefined)
  if (server) return server
  throw new Failure(
    looksLikeServer(exported)
      ? `The server in ${file} was made by another copy of grantwright than this command (${import.meta.url}). ` +
          'Run the one that is installed beside the app, and look at `npm ls grantwright`.'
      : `The default export of ${file} is ${nameOf(exported)}, not a server made by createAuthorizationServer.`,
  )
}

function asServer(value: unknown): LoadedServer | undefined {
  // Whatever it is: what was not made by createAuthorizationServer is refused.
  const server = value as AuthorizationServer
  try {
    return { server, deployment: deploymentOf(server) }
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null

const looksLikeServer = (value: unknown): boolean =>
  isObject(value) && ['issuer', 'handle', 'fetch', 'clients', 'grants', 'keys'].every((name) => name in value)

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
