/**
 * `grants …`: what users have granted.
 *
 * @module
 */
import type { GrantView } from '../../account/grants.js'
import { type Command, output, table } from '../command.js'
import { Failure, misused } from '../failure.js'

export const list: Command = {
  summary: 'Lists the live grants of a user',
  flags: { subject: { value: 'subject', help: "the user's id, as the app knows it" } },
  async run(input) {
    const subject = input.value('subject')
    if (!subject) throw misused('--subject is missing: whose grants?')
    const { server } = await input.server()
    const grants: GrantView[] = []
    for (let after: string | undefined; ; ) {
      const page = await server.grants.list({ subject, after })
      grants.push(...page.grants)
      if (page.next === null) break
      after = page.next
    }
    output(input, grants.map(onTheWire), () => tableOf(subject, grants))
  },
}

export const revoke: Command = {
  summary: 'Ends a grant',
  details: `Its refresh token ends at once, its access tokens wherever this server is asked about them. A JWT that somebody only verifies
offline lives on until it expires.`,
  operands: ['<id>'],
  async run(input) {
    const [id = ''] = input.operands
    const { server } = await input.server()
    if (!(await server.grants.revoke(id))) {
      throw new Failure(`There is no live grant ${JSON.stringify(id)}: it ended before, or never was.`)
    }
    output(input, { id, revoked: true }, () => `Revoked the grant ${id}.`)
  },
}

const onTheWire = ({ createdAt, touchedAt, endsAt, ...grant }: GrantView) => ({
  ...grant,
  created_at: Math.floor(createdAt / 1000),
  touched_at: Math.floor(touchedAt / 1000),
  ends_at: Math.floor(endsAt / 1000),
})

function tableOf(subject: string, grants: readonly GrantView[]): string {
  if (grants.length === 0) return `${JSON.stringify(subject)} has no live grants.`
  const day = (at: number) => new Date(at).toISOString().slice(0, 10)
  const rows = grants.map(({ id, client_id, access, createdAt, touchedAt, endsAt }) => [
    id,
    client_id,
    day(createdAt),
    day(touchedAt),
    day(endsAt),
    access.map(({ resource, scope }) => [resource, ...scope].join(' ')).join(', '),
  ])
  return table(['ID', 'CLIENT ID', 'SINCE', 'LAST USED', 'ENDS', 'ACCESS'], rows)
}
