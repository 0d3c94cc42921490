import { expect, it } from 'vitest'
import { sumUp } from '../../scripts/results.mjs'

const results = (statuses: Record<string, string>, more: object = {}) => ({
  success: true,
  numTotalTests: Object.keys(statuses).length,
  testResults: [
    {
      name: 'a.test.ts',
      status: 'passed',
      message: '',
      assertionResults: Object.entries(statuses).map(([fullName, status]) => ({ fullName, status })),
    },
  ],
  ...more,
})

it('adds up the parts', () => {
  const runs = [
    { part: 'npm', results: results({ one: 'passed', two: 'passed' }) },
    { part: 'nodes', results: results({ three: 'passed', four: 'failed' }) },
  ]
  expect(sumUp(runs, {})).toEqual({ passed: 3, failed: 1, skipped: 0, remarks: ['nodes: four'] })
})

it('counts an expected skip as a skip', () => {
  const runs = [{ part: 'npm', results: results({ one: 'passed', two: 'skipped' }) }]
  expect(sumUp(runs, { two: 'why' })).toMatchObject({ passed: 1, failed: 0, skipped: 1, remarks: [] })
})

it.each(['skipped', 'pending', 'todo', 'disabled'])('counts an unexpected "%s" as a failure', (status) => {
  const runs = [{ part: 'npm', results: results({ one: status }) }]
  expect(sumUp(runs, { other: 'why' })).toMatchObject({ passed: 0, failed: 1, skipped: 0 })
})

it('only mentions an expected skip that did not occur', () => {
  const runs = [{ part: 'npm', results: results({ one: 'passed' }) }]
  const sum = sumUp(runs, { one: 'why' })
  expect(sum).toMatchObject({ passed: 1, failed: 0 })
  expect(sum.remarks.join()).toContain('one')
})

it('counts a part without results as a failure', () => {
  expect(sumUp([{ part: 'npm', results: null }], {})).toMatchObject({ failed: 1 })
})

it('counts a run that found no test as a failure', () => {
  expect(sumUp([{ part: 'npm', results: results({}) }], {})).toMatchObject({ failed: 1 })
})

it('counts a file that could not be loaded as a failure', () => {
  const file = { name: 'b.test.ts', status: 'failed', message: 'SyntaxError', assertionResults: [] }
  const { testResults, ...rest } = results({ one: 'passed' }, { success: false })
  const runs = [{ part: 'npm', results: { ...rest, testResults: [...testResults, file] } }]
  expect(sumUp(runs, {})).toMatchObject({ passed: 1, failed: 1 })
})

it('counts a run that failed beside its tests as a failure', () => {
  const runs = [{ part: 'npm', results: results({ one: 'passed' }, { success: false }) }]
  expect(sumUp(runs, {})).toMatchObject({ passed: 1, failed: 1 })
})
