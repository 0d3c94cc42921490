/** The table of docs/guarded-fetch.md, held to the type. */
import { expect, it } from 'vitest'
import { codes, tablesOf, typesOf } from '../support/doc-tables.js'

it('the page about documents of strangers has a row for every problem, and no other', () => {
  const { membersOf, textOf } = typesOf(['src/guarded-fetch/contract.ts'])
  const documented = tablesOf('docs/guarded-fetch.md')('## What it fetches').flatMap(([problem]) => codes(problem))
  expect(documented.sort()).toEqual(membersOf('src/guarded-fetch/contract.ts', 'FetchProblem').map(textOf).sort())
})
