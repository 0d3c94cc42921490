/**
 * `npx grantwright doctor`, as pages about MCP tell their readers to run it.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

interface Report {
  readonly clients: readonly { readonly id: string; readonly connects: boolean }[]
}

/**
 * The clients that do not connect, and how many were played.
 *
 * @param folder that has the packed package.
 */
export async function turnedAway(folder: string, endpoint: string) {
  const command = ['node_modules/grantwright/dist/cli.js', 'doctor', endpoint, '--json']
  // It exits with 1 when a client does not connect.
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: folder, timeout: 60_000 }).catch(
    (error) => error,
  )
  const { clients }: Report = JSON.parse(stdout)
  // Of Cursor no copy ships, and its host is not to be reached from everywhere.
  const out = clients.filter(({ id, connects }) => !connects && id !== 'cursor').map(({ id }) => id)
  return { out, played: clients.length }
}
