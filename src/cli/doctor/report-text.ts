/**
 * The report for people: a table of clients and checks, and under it what to change and where.
 *
 * @module
 */
import { inOneLine } from '../../runtime/one-line.js'
import { checks } from './checks.js'
import { connects, type Report, type Result } from './examine.js'
import type { Check, Finding } from './finding.js'
import { leftBehind } from './left-behind.js'
import { wrap } from './wrap.js'

export interface Terminal {
  /** Characters in a line. */
  readonly width: number
  readonly colour: boolean
}

type Status = Finding['status']

const marks: Readonly<Record<Status, string>> = {
  ok: 'ok',
  warning: '!',
  failed: 'NO',
  not_reached: '?',
  not_needed: '-',
}

/** SGR: green, yellow, red, faint. */
const colours: Readonly<Record<Status, number>> = { ok: 32, warning: 33, failed: 31, not_reached: 2, not_needed: 2 }

const legend = 'ok as it should be   ! connects, but look at it   NO does not connect   ? not tried   - not needed'

export function reportText(report: Report, { width, colour }: Terminal): string {
  const { target, results } = report
  const paint = (text: string, status: Status) => (colour ? `\u001b[${colours[status]}m${text}\u001b[0m` : text)
  const asked = checks.filter(({ name }) => results.some(({ findings }) => name in findings))
  const kind = target.kind === 'mcp' ? 'an MCP endpoint' : 'an authorization server'
  const good = results.filter(connects).length
  return [
    `${inOneLine(target.url)} (${kind})`,
    '',
    ...(target.doubt === undefined ? [] : [wrap(target.doubt, width), '']),
    tableOf(asked, results, width, paint),
    '',
    wrap(legend.replaceAll(/ {3}/g, ' · '), width),
    ...groupsOf(asked, results).map((group) => `\n${groupText(group, width, paint)}`),
    ...notesOf(report).map((note) => `\n${wrap(note, width)}`),
    '',
    paint(
      `${good} of ${results.length} clients connect${good < results.length ? '' : ', as far as can be seen from outside'}.`,
      good < results.length ? 'failed' : 'ok',
    ),
  ].join('\n')
}

type Paint = (text: string, status: Status) => string

/** With headings as long as there is room for; with numbers, and what they mean, where there is none. */
function tableOf(asked: readonly Check[], results: readonly Result[], width: number, paint: Paint): string {
  const first = Math.max('CLIENT'.length, ...results.map(({ client }) => client.id.length))
  const layouts = [
    { heads: asked.map(({ name }) => name), gap: 2 },
    { heads: asked.map(({ short }) => short), gap: 1 },
    { heads: asked.map((_, i) => String(i + 1)), gap: 1 },
  ]
  const widthOf = ({ heads, gap }: (typeof layouts)[number]) =>
    heads.reduce((sum, head) => sum + gap + Math.max(2, head.length), first)
  const { heads, gap } = layouts.find((layout) => widthOf(layout) <= width) ?? {
    heads: layouts[2]?.heads ?? [],
    gap: 1,
  }
  const space = ' '.repeat(gap)
  const cell = (text: string, i: number) => text.padEnd(Math.max(2, heads[i]?.length ?? 0))
  const rows = results.map(({ client, findings }) =>
    [
      client.id.padEnd(first),
      ...asked.map(({ name }, i) => {
        const status = findings[name]?.status ?? 'not_needed'
        return paint(cell(marks[status], i), status)
      }),
    ].join(space),
  )
  const numbered = heads[0] === '1' ? asked.map(({ name }, i) => `${i + 1} ${name}`) : []
  const lines = [['CLIENT'.padEnd(first), ...heads.map(cell)].join(space), ...rows].map((line) => line.trimEnd())
  return [...lines, ...(numbered.length > 0 ? ['', wrap(numbered.join(', '), width)] : [])].join('\n')
}

/** Clients for which the same has to be done. */
interface Group {
  readonly check: string
  readonly status: Status
  readonly right: string
  readonly change: string
  /** What came, and at whom. */
  readonly received: Map<string, string[]>
}

function groupsOf(asked: readonly Check[], results: readonly Result[]): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const { name } of asked) {
    for (const { client, findings } of results) {
      const { status, received = '', right = '', change = '' } = findings[name] ?? { status: 'not_needed' }
      if (status !== 'failed' && status !== 'warning') continue
      const key = JSON.stringify([name, status, right, change])
      const group = groups.get(key) ?? { check: name, status, right, change, received: new Map() }
      groups.set(key, group)
      group.received.set(received, [...(group.received.get(received) ?? []), client.id])
    }
  }
  const order: readonly Status[] = ['failed', 'warning']
  return [...groups.values()].sort((one, other) => order.indexOf(one.status) - order.indexOf(other.status))
}

const INDENT = ' '.repeat(13)

function groupText({ check, status, right, change, received }: Group, width: number, paint: Paint): string {
  const line = (name: string, text: string) => wrap(text, width, `   ${name.padEnd(9)} `, INDENT)
  const clients = [...received.values()].flat()
  const head = wrap(clients.join(', '), width, `${marks[status].padEnd(2)} ${check}: `, '   ')
  const came = [...received].map(([text, ids]) =>
    line('received', received.size > 1 ? `${text} (${ids.join(', ')})` : text),
  )
  return [paint(head, status), ...came, line('right', right), line('change', change)].join('\n')
}

function notesOf(report: Report): readonly string[] {
  const { results } = report
  const unknown = results.filter(({ client }) => !client.discovery?.serverMetadata).map(({ client }) => client.id)
  return [
    ...untriedOf(results),
    ...(unknown.length > 0
      ? [
          unknown.length === 1
            ? `Where ${unknown[0]} looks for metadata is not known: it was played as the specification has it.`
            : `Where ${unknown.join(', ')} look for metadata is not known: they were played as the specification has it.`,
        ]
      : []),
    ...leftBehind(report).map(
      ({ ids, why }) =>
        `Left behind: ${ids.length} registered ${ids.length === 1 ? 'client' : 'clients'}, because ${why}: ${ids.map((id) => inOneLine(id)).join(', ')}. Nothing was granted to them; remove them, or leave that to the server's own expiry.`,
    ),
  ]
}

/** What could not be tried of clients that connect, by the reason. */
function untriedOf(results: readonly Result[]): readonly string[] {
  const reasons = new Map<string, Map<string, string[]>>()
  for (const result of results.filter(connects)) {
    for (const [name, { status, received = '' }] of Object.entries(result.findings)) {
      if (status !== 'not_reached') continue
      const names = reasons.get(received) ?? new Map<string, string[]>()
      reasons.set(received, names.set(name, [...(names.get(name) ?? []), result.client.id]))
    }
  }
  return [...reasons].map(([reason, names]) => {
    const what = [...names].map(([name, ids]) => `${name} (${ids.join(', ')})`).join(', ')
    return `Not tried: ${what}, because ${reason}.`
  })
}
