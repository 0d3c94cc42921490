/**
 * What the published suites ask of a test runner, whichever it is.
 *
 * @module
 */

/** The two functions of a test runner that the suite needs. */
export interface SuiteRunner {
  describe(name: string, define: () => void): unknown
  it(name: string, run: () => Promise<void>): unknown
}
