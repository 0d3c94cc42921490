/** The report: a table that fits into the terminal, what to change below it, and the same for scripts. */
import { describe, expect, it } from 'vitest'
import { checks } from '../../../src/cli/doctor/checks.js'
import type { Report, Result } from '../../../src/cli/doctor/examine.js'
import type { Finding } from '../../../src/cli/doctor/finding.js'
import { reportJson } from '../../../src/cli/doctor/report-json.js'
import { reportText } from '../../../src/cli/doctor/report-text.js'
import { wrap } from '../../../src/cli/doctor/wrap.js'
import { knownClients } from '../../../src/known-clients/index.js'
import { exchange, MCP, NOW, noAnswer, visited, world } from './world.js'

const all = checks.map(({ name }) => [name, { status: 'ok' } as Finding] as const)
const bad: Finding = {
  status: 'failed',
  received:
    'challenge with a very long story of what came, so long that no terminal has it in one line, and more of it',
  right: 'this',
  change: 'that',
}

function report(changed: { readonly [id: string]: { readonly [check: string]: Finding } } = {}): Report {
  const results = knownClients.map(
    (client): Result => ({
      ...{ client, by: 'document' },
      findings: { ...Object.fromEntries(all), ...changed[client.id] },
    }),
  )
  const { outcome, asked } = noAnswer('timeout')
  return {
    ...{ target: { kind: 'mcp', url: MCP }, at: NOW, results, removals: [] },
    exchanges: [exchange({ url: `${MCP}?a=b`, took: 12.6 }), { outcome, asked, took: 10_000 }],
  }
}

const plain = (width: number, changed?: Parameters<typeof report>[0]) =>
  reportText(report(changed), { width, colour: false })

describe('the report for people', () => {
  it.each([60, 80, 120])('fits into %i columns', (width) => {
    const lines = plain(width, { claude: { challenge: bad }, codex: { challenge: bad } }).split('\n')
    // A URL is never cut, so that it can be clicked on.
    const tooLong = lines.filter((line) => line.length > width && !line.includes('https://'))
    expect(tooLong).toEqual([])
  })

  it('has words as headings at 120 columns, short ones at 80, and numbers where there is no room', () => {
    const headings = (width: number) =>
      plain(width)
        .split('\n')
        .find((line) => line.startsWith('CLIENT')) ?? ''
    expect(headings(120).split(/ +/).slice(1)).toEqual(checks.map(({ name }) => name))
    expect(headings(80).split(/ +/).slice(1)).toEqual(checks.map(({ short }) => short))
    expect(headings(60).split(/ +/).slice(1)).toEqual(checks.map((_, i) => String(i + 1)))
    expect(plain(60)).toContain('1 challenge')
  })

  it('has a row for each client, in the order of the list', () => {
    const rows = plain(120).split('\n')
    const ids = rows.map((row) => row.split(' ')[0]).filter((word) => knownClients.some(({ id }) => id === word))
    expect(ids).toEqual(knownClients.map(({ id }) => id))
  })

  it('says the same thing once for all whom it concerns, and what came at whom where that differs', () => {
    const other = { ...bad, received: 'something else' }
    const text = plain(120, { claude: { challenge: bad }, codex: { challenge: bad }, vscode: { challenge: other } })
    expect(text.match(/NO challenge:/g)).toHaveLength(1)
    expect(text).toContain('NO challenge: claude, codex, vscode')
    expect(text).toContain('something else (vscode)')
    expect(text).toContain('change    that')
    expect(text).toContain('9 of 12 clients connect.')
  })

  it('tells failures before what is only to be looked at, which keeps nobody out', () => {
    const text = plain(120, { claude: { time: bad, challenge: { ...bad, status: 'warning' } } })
    expect(text.indexOf('NO time: claude')).toBeLessThan(text.indexOf('!  challenge: claude'))
    expect(plain(120, { claude: { challenge: { ...bad, status: 'warning' } } })).toContain(
      '12 of 12 clients connect, as far as',
    )
  })

  it('says what speaks against the URL, before anything else, and so do scripts read it', () => {
    const doubted = { ...report(), target: { kind: 'mcp', url: MCP, doubt: 'There is nothing.' } } as const
    const [first, , third] = reportText(doubted, { width: 120, colour: false }).split('\n')
    expect([first, third]).toEqual([`${MCP} (an MCP endpoint)`, 'There is nothing.'])
    expect(reportJson(doubted).doubt).toBe('There is nothing.')
    expect(reportJson(report()).doubt).toBeNull()
  })

  it('says once why several could not be tried, and nothing of those that do not connect anyway', () => {
    const untried: Finding = { status: 'not_reached', received: 'nothing was there' }
    const text = plain(120, {
      claude: { redirect: untried, cookies: untried },
      codex: { cookies: untried },
      cursor: { cookies: untried, token: bad },
    })
    expect(text).toContain('Not tried: redirect (claude), cookies (claude, codex), because nothing was there.')
    expect(text.match(/Not tried/g)).toHaveLength(1)
  })

  it('says of whom it is not known where they look', () => {
    expect(plain(200)).toContain('Where chatgpt, cursor, grok look for metadata is not known: they were played as')
    const one = { ...report(), results: report().results.filter(({ client }) => client.id === 'cursor') }
    expect(reportText(one, { width: 200, colour: false })).toContain('Where cursor looks for metadata is not known: it')
  })

  it('says what was not tried and what was left behind', () => {
    const untried = report({ chatgpt: { client: { status: 'not_reached', received: 'it is not known' } } })
    const removals = [{ state: 'left', client_id: 'c1\u001b[2J', why: 'there was no token' }] as const
    const text = reportText({ ...untried, removals }, { width: 120, colour: false })
    expect(text).toContain('Not tried: client (chatgpt), because it is not known.')
    expect(text).toContain('Left behind: 1 registered client, because there was no token: c1\\u{1b}[2J.')
  })

  it('has colour when that is wanted, and no control characters otherwise', () => {
    const colourful = reportText(report({ claude: { challenge: bad } }), { width: 120, colour: true })
    const without = plain(120, { claude: { challenge: bad } })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colour is made of
    expect(colourful.replaceAll(/\u001b\[[0-9]+m/g, '').replaceAll(/ +$/gm, '')).toBe(without)
    expect(colourful).not.toBe(without)
    expect(without).not.toMatch(/[^\P{C}\n]/u)
  })
})

it('nothing that a server sends reaches the terminal as more than text', () => {
  const sequence = '\u001b]0;owned\u0007'
  const redirect = checks.find(({ name }) => name === 'redirect')
  const finding = redirect?.judge(world({ visits: [visited({ status: 400, body: `<p>${sequence}` })], way: undefined }))
  expect(finding?.received).toContain('owned')
  expect(finding?.received).not.toMatch(/[^\P{C}]/u)
})

it('the report for scripts has everything, and each request', () => {
  const json = reportJson(report({ claude: { challenge: bad } }))
  expect(json).toMatchObject({ url: MCP, kind: 'mcp', at: NOW / 1000, ok: false, left_behind: [] })
  expect(json.clients[0]).toMatchObject({
    id: 'claude',
    connects: false,
    identifies_by: 'document',
    checks: { challenge: bad },
  })
  expect(json.clients.filter(({ connects }) => connects)).toHaveLength(11)
  expect(json.requests).toEqual([
    { method: 'GET', url: `${MCP}?a=b`, status: 200, took_ms: 13 },
    { method: 'GET', url: expect.any(String), problem: 'timeout', detail: 'no answer within 10 s', took_ms: 10_000 },
  ])
})

describe('wrapped text', () => {
  it('breaks between words, and a word that is too long stands alone', () => {
    expect(wrap('one two three', 7)).toBe('one two\nthree')
    expect(wrap('one two', 7, '> ', '  ')).toBe('> one\n  two')
    expect(wrap('a muchtoolong b', 5)).toBe('a\nmuchtoolong\nb')
    expect(wrap('', 5, '> ')).toBe('> ')
  })
})
