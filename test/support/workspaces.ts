/**
 * A feature for tests: a grant is for one workspace, which the request names or the person chooses, and which they may leave later.
 *
 * @module
 */
import type { Feature } from '../../src/points/feature.js'
import type { Term } from '../../src/points/term.js'
import { TermRefused } from '../../src/protocol/terms.js'

/** @param memberships the workspaces of each user; change them as you like. */
export function workspaces(memberships: Map<string, string[]>): Feature & { readonly terms: readonly [Term<string>] } {
  const of = (subject: string) => memberships.get(subject) ?? []
  const workspace: Term<string> = {
    name: '!workspace',
    parameters: ['workspace'],
    parse({ get }) {
      const id = get('workspace')
      return id === undefined || /^[a-z]+$/.test(id)
        ? id
        : new TermRefused('invalid_request', 'workspace must be a name.')
    },
    question: {
      label: (locale) => (locale === 'de' ? 'Arbeitsbereich' : 'Workspace'),
      offer(asked, { subject }) {
        const mine = of(subject)
        if (mine.length === 0) return new TermRefused('access_denied', 'The user is in no workspace.')
        if (asked === undefined) return { choices: mine.map((value) => ({ value, text: `The ${value} workspace` })) }
        return mine.includes(asked)
          ? { settled: asked }
          : new TermRefused('access_denied', 'The user is not in the workspace.')
      },
    },
    words: (value, locale) => [locale === 'de' ? `Nur in ${value}` : `Only in ${value}`],
    stands: (value, { subject }) => of(subject).includes(value),
    claims: (value) => ({ workspace: value, sub: 'somebody else' }),
    members: (value, { by }) => ({ workspace: value, by, access_token: 'forged' }),
  }
  return { name: 'workspaces', terms: [workspace] }
}
