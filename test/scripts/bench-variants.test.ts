import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { cpuOf } from '../../bench/engines/cpu.mjs'
import { named } from '../../bench/engines/server.mjs'
import { othersOn } from '../../bench/machine.mjs'
import { tableOf as tableOfPage } from '../../bench/page.mjs'
import { tableOf } from '../../bench/tables.mjs'
import { verdictOf } from '../../bench/verdict.mjs'

describe('what is varied alone', () => {
  const cell = (label: string, cost: number, more = {}, ofRound = {}) => {
    const round = { cost, rate: 1000, p50: 1, p99: 2, busy: 1, load: 1, others: 0, ...ofRound }
    return { label, rounds: [round], refused: null, ...more }
  }
  const floor = 'floor in Node 24'
  const cells = [
    cell('floor', 100),
    cell('grantwright', 120),
    cell('over Postgres', 240, { what: 'PostgreSQL 15.14' }, { database: 80 }),
    cell(floor, 50, { floor, what: 'Node v24.21.0' }),
    cell('in Node 24', 90, { floor, what: 'Node v24.21.0' }),
    { label: 'over Redis', rounds: [], refused: 'Redis is not here.' },
  ]

  it('is divided by the floor in the same Node, and by grantwright in that of the run', () => {
    const lines = tableOfPage({ title: 'Refresh', cells }).split('\n')
    expect(lines[2]).toMatch(/p99 ms \| database µs \|$/)
    expect(lines.slice(4, 9)).toEqual([
      '| floor | 100 | 0 % | 1.00 | 0.83 | 1000 | 1.00 | 2.0 |  |',
      '| grantwright | 120 | 0 % | 1.20 | 1.00 | 1000 | 1.00 | 2.0 |  |',
      '| over Postgres | 240 | 0 % | 2.40 | 2.00 | 1000 | 1.00 | 2.0 | 80 |',
      '| floor in Node 24 | 50.0 | 0 % | 1.00 | 0.42 | 1000 | 1.00 | 2.0 |  |',
      '| in Node 24 | 90.0 | 0 % | 1.80 | 0.75 | 1000 | 1.00 | 2.0 |  |',
    ])
    expect(lines.slice(9)).toEqual(['', 'With PostgreSQL 15.14, Node v24.21.0.'])
    expect(tableOf({ title: 'Refresh', cells })).toMatch(/^in Node 24 +90\.0 +0 +1\.80 +0\.75 +1000/m)
  })

  it('has no ratio to a floor that was refused, and no column of databases where there are none', () => {
    const others = cells.filter(({ label }) => label !== floor && label !== 'over Postgres')
    const table = tableOfPage({ title: 'Refresh', cells: others })
    expect(table).toContain('| in Node 24 | 90.0 | 0 % |  | 0.75 | 1000 | 1.00 | 2.0 |\n')
    expect(table).not.toContain('database µs')
  })

  it('is worthless when the floor in another Node drifts, and fails when something was refused', () => {
    expect(verdictOf([{ work: 'variants', cells }])).toMatchObject({
      refused: ['over Redis, variants: Redis is not here.'],
      exitCode: 1,
    })
    const rounds = [50, 60].flatMap((cost) => cell(floor, cost).rounds)
    expect(verdictOf([{ work: 'variants', cells: [{ ...cell(floor, 50, { floor }), rounds }] }]).reasons).toEqual([
      'variants: the floor in Node 24 costs 20 % more in one round than in another.',
    ])
  })

  it('shares the core of the load with a database, which is none of the others', () => {
    const before = [0, 0].map((used) => ({ used, at: 0 }))
    const after = [900_000, 1_000_000].map((used) => ({ used, at: 1000 }))
    expect(othersOn(before, after, [850_000, 300_000])).toBeCloseTo(0.7)
    expect(othersOn(before, after, [850_000])).toBeCloseTo(0.05)
  })

  it.runIf(process.platform === 'linux')('counts the CPU of a database with that of processes that have ended', () => {
    const before = cpuOf(process.pid)
    const busy = 'const until = process.cpuUsage().user + 300_000; while (process.cpuUsage().user < until);'
    execFileSync(process.execPath, ['-e', busy])
    expect(cpuOf(process.pid) - before).toBeGreaterThan(300_000)
  })

  it.each([
    ['postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)', 'PostgreSQL 15.14'],
    ['/usr/sbin/mariadbd  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu on x86_64', 'MariaDB 10.11.14'],
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', 'Redis 7.0.15'],
  ])('names a database by what its program says: %s', (version, name) => {
    expect(named(version)).toBe(name)
  })
})
