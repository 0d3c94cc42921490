/**
 * The `auth.ts` of the pages: the server of the adapter suite, which tells its parent process how many requests it has seen and
 * how many it is working on.
 *
 * @module
 */
import { adapterTestServer } from 'grantwright/testing/adapter'

export const auth = adapterTestServer(process.env.ISSUER ?? 'http://localhost:4433')

const { handle } = auth
let seen = 0
let pending = 0
const counting: typeof handle = (request) => {
  const response = handle(request)
  if (!response) return null
  seen++
  pending++
  return response.finally(() => pending--)
}
Object.assign(auth, { handle: counting })
process.on('message', () => process.send?.({ seen, pending }))
