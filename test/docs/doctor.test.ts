/** docs/how-to/doctor.md has a row for every check and every flag, and for no other. */
import { expect, it } from 'vitest'
import { doctor } from '../../src/cli/commands/doctor.js'
import { checks } from '../../src/cli/doctor/checks.js'
import { codes, tablesOf } from '../support/doc-tables.js'

const rowsUnder = tablesOf('docs/how-to/doctor.md')
const firsts = (rows: string[][]) => rows.map(([cell]) => codes(cell)[0] ?? '')

it('the page about doctor has a row for each check, in its order', () => {
  expect(firsts(rowsUnder('## What it checks'))).toEqual(checks.map(({ name }) => name))
})

it('and for each flag', () => {
  const flags = firsts(rowsUnder('## Flags'))
  expect(flags).toEqual(Object.entries(doctor.flags ?? {}).map(([name, { value }]) => `--${name} <${value}>`))
})
