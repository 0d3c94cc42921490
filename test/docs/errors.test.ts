/** The tables of docs/errors.md, held to the types: each error code, each page and each reason has its place, and no other. */
import { describe, expect, it } from 'vitest'
import { OAuthError, type OAuthErrorCode } from '../../src/edge/errors.js'
import { type Refusal, wireError } from '../../src/grant/refusal.js'
import type { Problem } from '../../src/pages/messages.js'
import { problemPage } from '../../src/pages/problem-pages.js'
import { codes, tablesOf, typesOf } from '../support/doc-tables.js'

const rowsUnder = tablesOf('docs/errors.md')
const types = typesOf([
  ...['src/edge/errors.ts', 'src/authorize/authorization-response.ts', 'src/resource/challenge.ts'],
  ...['src/pages/messages.ts', 'src/grant/refusal.ts', 'src/protocol/refusal-reason.ts'],
])
const membersOf = (path: string, name: string) => types.membersOf(path, name).map(types.textOf).sort()

const authorization = rowsUnder('## The authorization endpoint')
const token = rowsUnder('## The token endpoint')
const resource = rowsUnder('## An API behind the guard')
const pages = rowsUnder('## Pages')
const name = (row: string[]) => codes(row[0])[0] ?? ''
const names = (rows: string[][]) => rows.map(name).sort()
const reasonsOf = (row: string[]) => codes(row.at(-1)).filter((code) => code !== 'failed')

describe('the page about errors', () => {
  it.each([
    ['the authorization endpoint', authorization, 'src/authorize/authorization-response.ts', 'AuthorizationErrorCode'],
    ['the token endpoint', token, 'src/edge/errors.ts', 'OAuthErrorCode'],
    ['an API', resource, 'src/resource/challenge.ts', 'ResourceErrorCode'],
    ['pages', pages, 'src/pages/messages.ts', 'Problem'],
  ])('has a row for every one of %s, and no other', (_, rows, path, type) => {
    expect(names(rows)).toEqual(membersOf(path, type))
  })

  it.each([
    ['the authorization endpoint', authorization, 4],
    ['the token endpoint', token, 5],
    ['an API', resource, 4],
    ['pages', pages, 5],
  ])('says cause, cure and what to do of each of %s', (_, rows, cells) => {
    for (const row of rows) expect([name(row), row.filter((cell) => cell !== '').length]).toEqual([name(row), cells])
  })

  it('puts every reason behind an error or a page, and none that does not exist', () => {
    const documented = new Set([...authorization, ...token, ...pages].flatMap(reasonsOf))
    const real = new Set(
      ['RequestRefusal', 'PageRefusal'].flatMap((type) => membersOf('src/protocol/refusal-reason.ts', type)),
    )
    for (const reason of membersOf('src/grant/refusal.ts', 'Refusal')) real.add(reason)
    expect([...documented].sort()).toEqual([...real].sort())
  })

  it('puts the refusals of grants behind the codes that they are answered with', () => {
    for (const [reason, { code }] of Object.entries(wireError) as [Refusal, { code: string }][]) {
      const behind = token.filter((row) => reasonsOf(row).includes(reason)).map(name)
      expect([reason, behind]).toEqual([reason, [code]])
    }
  })

  it('says the status of every error code and page', () => {
    const status = (row: string[]) => Number(/^\d{3}/.exec(row[1] ?? '')?.[0])
    for (const row of token) {
      // A storage that is away is no OAuthError, and answered alike.
      expect([name(row), status(row)]).toEqual([name(row), new OAuthError(name(row) as OAuthErrorCode, '').status])
    }
    for (const row of pages) {
      const { view } = problemPage(name(row) as Problem)
      expect([name(row), status(row)]).toEqual([name(row), 'status' in view && view.status])
    }
  })
})
