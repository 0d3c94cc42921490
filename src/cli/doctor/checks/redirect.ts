/**
 * Whether the authorization endpoint takes the client's requests: each of its redirect URIs, and what it asks for.
 *
 * @module
 */
import { jsonOf, short, statusOf } from '../exchange.js'
import { type Check, type Finding, failed, notReached, ok, warning } from '../finding.js'
import { lastOf, stringsOf, type World } from '../world.js'
import { receptionOf } from './visit.js'

export const redirect: Check = {
  name: 'redirect',
  short: 'redir',
  about: 'the authorization endpoint takes each of its redirect URIs, and what it asks for',
  judge(world) {
    const { visits, clientId, target } = world
    if (clientId === undefined) return ofDryRun(world)
    if (visits.length === 0) return notReached('there is no authorization endpoint, or no redirect URI is known')
    const receptions = visits.map(receptionOf)
    const [wrong, ...others] = receptions.filter((reception) => !reception.accepted)
    if (!wrong) return leftOut(world) ?? ok(visits.map(({ redirectUri }) => redirectUri).join(', '))
    // Without a resource nobody knows what to ask for.
    if (target.kind === 'issuer' && (wrong.error === 'invalid_target' || wrong.error === 'invalid_scope')) {
      return notReached('the server wants to know the resource and its scope: give doctor the URL of the MCP endpoint')
    }
    if (world.way?.by === 'document' && receptions.every((one) => !one.accepted && one.untrusted)) {
      return notReached('the client was refused, whatever the redirect URI')
    }
    const limited = visits.some((visit) => statusOf(lastOf(visit)) === 429)
    const received = [wrong, ...others].map(({ received }) => received).join('; ')
    return failed({
      received,
      right: 'the login page, or a redirect to it',
      change: limited ? 'wait, and play one client: --client <id>' : cureOf(wrong.error, world.way?.by === 'static'),
    })
  },
}

/** Nothing was registered, so nobody could be sent there; but the server has said what it would take. */
function ofDryRun(world: World): Finding {
  const { registered, untried } = world
  if (!registered?.dryRun || !jsonOf(registered.exchange)) return notReached('the server does not know the client')
  return (
    leftOut(world) ??
    notReached(
      `the dry run of the registration takes them all; the authorization endpoint was not tried, because ${untried}`,
    )
  )
}

/** What a dry run leaves out could not be tried. */
function leftOut({ registered }: World): Finding | null {
  const answer = registered?.dryRun ? jsonOf(registered.exchange) : null
  if (!registered || !answer) return null
  const kept = stringsOf(answer.redirect_uris) ?? registered.request.redirect_uris
  const missing = registered.request.redirect_uris.filter((uri) => !kept.includes(uri))
  if (missing.length === 0) return null
  return warning({
    received: `the dry run of the registration leaves out ${short(missing.join(', '))}`,
    right: 'all of them',
    change: 'let the policy of `registration()` take them',
  })
}

function cureOf(error: string | null, isByHand: boolean): string {
  switch (error) {
    case null:
      if (isByHand) {
        return 'look with `npx grantwright client list` whether there is a client with the id of --client-id, and with `npx grantwright client show` whether it has this redirect URI, as it is written here'
      }
      return 'the line `refused` on the console says which check failed. A redirect URI is taken as it is written in the document or the registration: `npx grantwright client show`'
    case 'invalid_scope':
      return 'the scopes that the challenge and the metadata name must be those of `resources`; what else a client asks for is left out'
    case 'invalid_target':
      return 'name the resource in `resources` as the MCP endpoint is called, path included'
    case 'unauthorized_client':
    case 'unsupported_response_type':
      return 'the client needs the grant type `authorization_code`'
    default:
      return 'the line `refused` on the console says more'
  }
}
