/**
 * The issuer: one string everywhere, and in every answer.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3.3 RFC 8414 §3.3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2.4 RFC 9207 §2.4}
 * @module
 */
import { redirectOf, short } from '../exchange.js'
import { type Check, type Finding, failed, notReached, ok, warning } from '../finding.js'
import { leadsTo } from '../follow.js'
import type { World } from '../world.js'

export const issuer: Check = {
  name: 'issuer',
  short: 'iss',
  about: 'the issuer is the same string everywhere, and stands in every answer',
  judge(world) {
    const { found } = world.serverMetadata
    if (!found) return notReached('there are no metadata of the server')
    return (
      nameProblem(world, found.json.issuer) ?? answerProblem(world, found.json) ?? ok(short(String(found.json.issuer)))
    )
  },
}

function nameProblem({ issuer: told, issuerGuessed, client, target }: World, named: unknown): Finding | null {
  if (named === told) return null
  // Nobody has named an issuer, which is another check's matter.
  if (issuerGuessed && named === `${told}/`) return null
  const from = target.kind === 'mcp' && !issuerGuessed ? 'authorization_servers of the resource' : 'the URL given'
  const words = {
    received: `issuer: ${short(JSON.stringify(named) ?? 'missing')}; ${from}: ${JSON.stringify(short(told))}`,
    right: 'the same string in both, slash at the end included',
    change:
      'copy the option `issuer` of the server, as it is, to `issuer` of the resource half, and let it be the public URL',
  }
  return client.discovery?.comparesIssuer === false ? warning(words) : failed(words)
}

function answerProblem({ client, silentVisit, visits }: World, server: { readonly [member: string]: unknown }) {
  const isAdvertised = server.authorization_response_iss_parameter_supported === true
  const checks = client.discovery?.checksIss
  const answered = answerOf([...(silentVisit ? [silentVisit] : []), ...visits])
  const change = 'grantwright sends and announces `iss` by itself: nothing may answer in its place'
  // Who is told that it comes refuses an answer without it.
  if (isAdvertised || checks === 'always') {
    if (answered && answered.iss !== server.issuer && checks !== 'never') {
      return failed({
        received: `an answer with iss=${short(JSON.stringify(answered.iss))}`,
        right: `iss=${short(String(server.issuer))} in every answer, errors included`,
        change,
      })
    }
  }
  if (isAdvertised) return null
  const words = {
    received: 'authorization_response_iss_parameter_supported is not true',
    right: 'true, and `iss` in every answer (RFC 9207)',
    change,
  }
  return checks === 'always' && !answered ? failed(words) : warning(words)
}

/** What the client was answered. */
function answerOf(visits: World['visits']): { readonly iss: string | null } | null {
  for (const { hops, redirectUri } of visits) {
    for (const hop of hops) {
      const to = redirectOf(hop)
      if (to !== null && leadsTo(to, redirectUri)) return { iss: new URL(to).searchParams.get('iss') }
    }
  }
  return null
}
