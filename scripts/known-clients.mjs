/**
 * The list of known clients: whether it has its form, what in it is older than 90 days, and the part of docs/which-clients-connect.md that is
 * made of it. `npm run known-clients` says what is wrong and prints what is old; with `-- --write` it writes the page. The form is held by a
 * test as well; that something is old is no failure, for nothing becomes wrong by itself on a certain day.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { agesOf } from './known-clients/ages.mjs'
import { formProblems } from './known-clients/form.mjs'
import { withClients } from './known-clients/page.mjs'

/** Days after which a fact is worth another look. */
const OLD = 90

const { knownClients } = await import('../dist/known-clients.js')
const today = new Date().toISOString().slice(0, 10)

const problems = formProblems(knownClients, today)
for (const problem of problems) console.error(problem)

const old = agesOf(knownClients, today).filter(({ days }) => days > OLD)
for (const { client, fact, date, days } of old) console.log(`${client}: ${fact}: of ${date}, ${days} days ago`)
console.log(
  `${knownClients.length} clients, ${problems.length} mistakes of form, ${old.length} facts older than ${OLD} days`,
)

if (process.argv.includes('--write')) {
  const page = resolve(import.meta.dirname, '../docs/which-clients-connect.md')
  writeFileSync(page, withClients(readFileSync(page, 'utf8'), knownClients))
}
process.exitCode = problems.length ? 1 : 0
