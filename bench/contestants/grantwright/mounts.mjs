/**
 * What grantwright is mounted on, as its documentation has it.
 *
 * @module
 */

/** @type {Record<string, (load: (file: string) => Promise<any>, auth: any) => Promise<(req: any, res: any) => void>>} */
export const mounts = {
  'node:http': async (load, auth) => (await load('node.js')).nodeListener(auth),
  async Express(load, auth) {
    const { default: express } = await import('express')
    return express().use((await load('express.js')).authorizationServer(auth))
  },
  async Hono(load, auth) {
    const { Hono } = await import('hono')
    const { getRequestListener } = await import('@hono/node-server')
    return getRequestListener(new Hono().use((await load('hono.js')).authorizationServer(auth)).fetch)
  },
  async Next(_, auth) {
    const { nextListener } = await import('../../next.mjs')
    return nextListener(process.env.BENCH_APP, auth)
  },
}
