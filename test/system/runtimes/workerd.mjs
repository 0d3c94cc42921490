/**
 * `node workerd.mjs <bundle> [compatibility flag…]`: serves a Worker on a free port, and says where.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { Miniflare } from 'miniflare'

const [path, ...compatibilityFlags] = process.argv.slice(2)
const worker = new Miniflare({
  modules: [{ type: 'ESModule', path, contents: readFileSync(path, 'utf8') }],
  compatibilityDate: '2026-04-26',
  compatibilityFlags,
  host: '127.0.0.1',
  port: 0,
})
console.log(`listening on ${await worker.ready}`)
process.on('SIGTERM', async () => {
  await worker.dispose()
  process.exit()
})
