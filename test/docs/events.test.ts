/** The tables of docs/events.md, held to the types: what one of them has, the other has. */
import { describe, expect, it } from 'vitest'
import { codes, tablesOf, typesOf } from '../support/doc-tables.js'

const rowsUnder = tablesOf('docs/events.md')
const { checker, membersOf, textOf } = typesOf(['src/edge/events.ts', 'src/edge/errors.ts', 'src/grant/state.ts'])

describe('the page about events', () => {
  it('has a row for every event, and every member in it', () => {
    const documented = rowsUnder('## Events').map(([type, members]) => [codes(type)[0], codes(members).sort()])
    const real = membersOf('src/edge/events.ts', 'ServerEvent').map((event) => {
      const members = checker.getPropertiesOfType(event)
      const type = members.find(({ name }) => name === 'type')
      const names = members.map(({ name }) => name).filter((name) => name !== 'type' && name !== 'at')
      return [type && textOf(checker.getTypeOfSymbol(type)), names.sort()]
    })
    const sorted = (rows: unknown[][]) => [...rows].sort(([one], [other]) => String(one).localeCompare(String(other)))
    expect(real.length).toBeGreaterThan(10)
    expect(sorted(documented)).toEqual(sorted(real))
  })

  it.each([
    ['## Why a request was refused', 'src/edge/errors.ts', 'RefusalReason'],
    ['## Why a grant ended', 'src/grant/state.ts', 'RevocationReason'],
  ])('has under "%s" a row for every reason, and no other', (heading, path, name) => {
    const rows = rowsUnder(heading)
    const documented = rows.flatMap(([reason]) => codes(reason))
    const real = membersOf(path, name).map(textOf)
    expect(documented.sort()).toEqual(real.map((reason) => (reason.startsWith('`') ? 'name:what' : reason)).sort())
    for (const row of rows) expect(row.filter((cell) => cell !== '')).toHaveLength(3)
  })
})
