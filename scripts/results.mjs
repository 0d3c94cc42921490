/**
 * Adds up the results of several test runs, each in `.results/<part>.json` (vitest's json reporter), to one closing line.
 *
 * A skip counts as expected only when test/expected-skips.json names the test and says why. A part without results, a file
 * that could not be loaded and a run that failed beside its tests each count as one failure.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

/** Where a part's results are written and read. */
export const resultsFile = (part) => join(root, '.results', `${part}.json`)

/**
 * Sums up parts.
 *
 * @param {{ part: string, results: any }[]} runs `results` is what vitest wrote, null when it wrote nothing
 * @param {Record<string, string>} expectedSkips full test name → why it is skipped
 */
export function sumUp(runs, expectedSkips) {
  const sum = { passed: 0, failed: 0, skipped: 0, remarks: /** @type {string[]} */ ([]) }
  const met = new Set()
  const fail = (remark) => {
    sum.failed++
    sum.remarks.push(remark)
  }
  for (const { part, results } of runs) {
    const before = sum.failed
    if (!results) fail(`${part}: no results, so it did not finish`)
    for (const file of results?.testResults ?? []) {
      const failedBefore = sum.failed
      for (const test of file.assertionResults) {
        if (test.status === 'passed') sum.passed++
        else if (test.status === 'failed') fail(`${part}: ${test.fullName}`)
        else if (test.fullName in expectedSkips) {
          sum.skipped++
          met.add(test.fullName)
        } else fail(`${part}: skipped without being expected to: ${test.fullName}`)
      }
      if (file.status === 'failed' && sum.failed === failedBefore) fail(`${part}: ${file.name}: ${file.message}`)
    }
    if (results?.success === false && sum.failed === before) fail(`${part}: the run failed although no test did`)
    if (results && results.numTotalTests === 0) fail(`${part}: no test was found`)
  }
  const told = Object.keys(expectedSkips).filter((name) => !met.has(name))
  for (const name of told) sum.remarks.push(`(expected to be skipped, but was not: ${name})`)
  return sum
}

/** Reads the results of parts, prints what went wrong and the closing line; true when nothing failed. */
export function close(parts) {
  const read = (file) => {
    try {
      return JSON.parse(readFileSync(file, 'utf8'))
    } catch {
      return null
    }
  }
  const runs = parts.map((part) => ({ part, results: read(resultsFile(part)) }))
  const { passed, failed, skipped, remarks } = sumUp(runs, read(join(root, 'test/expected-skips.json')) ?? {})
  for (const remark of remarks) console.log(remark)
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  return failed === 0
}
