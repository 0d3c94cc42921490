/**
 * A Worker as workerd starts it: the script, bundled as Wrangler does it, and a configuration.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const bindings = { AUTH_SECRET: randomBytes(32).toString('hex'), PASSWORD: randomBytes(16).toString('hex') }

/**
 * @param {string} folder where it is written
 * @param {string} name in workers/
 * @param {string} date of compatibility
 * @returns {Promise<{ sizes: { minified: number, gzipped: number }, plain: string, timed: string }>} bytes; the configuration that starts the script, and the one
 *   that evaluates it when it is asked
 */
export async function prepareWorker(folder, name, date) {
  const own = join(folder, name)
  mkdirSync(own)
  writeFileSync(join(own, 'script.js'), await bundled(name, false))
  copyFileSync(join(import.meta.dirname, 'timed.mjs'), join(own, 'timed.js'))
  const [plain, timed] = ['plain', 'timed'].map((which) => join(own, `${which}.capnp`))
  writeFileSync(plain, configuration(['script.js'], date))
  writeFileSync(timed, configuration(['timed.js', 'script.js'], date))
  const least = await bundled(name, true)
  return { sizes: { minified: least.length, gzipped: gzipSync(least).length }, plain, timed }
}

async function bundled(name, minify) {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'workers', `${name}.mjs`)],
    bundle: true,
    minify,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    // The first are there in workerd; the other is native, and no project for Workers has it.
    external: ['cloudflare:*', 'node:*', '@node-rs/argon2'],
    logLevel: 'error',
  })
  return outputFiles[0].contents
}

/** @param {string[]} modules files beside it, the first of which is started */
const configuration = (modules, date) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [${modules.map((name) => `(name = "${name}", esModule = embed "${name}")`).join(', ')}],
    bindings = [${Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = "${text}")`)}],
    compatibilityDate = "${date}",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`
