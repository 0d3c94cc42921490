/**
 * What cannot be measured has no figures, and the rest goes on.
 *
 * @module
 */

/** @param {import('./engines.mjs').Engine} engine @param {() => Promise<any>} act */
export async function orRefused({ name: engine }, act) {
  try {
    return { engine, refused: null, ...(await act()) }
  } catch (error) {
    return { engine, refused: error.message, rows: [] }
  }
}

/** @param {Awaited<ReturnType<typeof orRefused>>} measured @param {(measured: any) => string} tableOf */
export function tell(measured, tableOf) {
  if (measured.refused === null) return console.log(tableOf(measured))
  console.error(`\nREFUSED. ${measured.engine}: ${measured.refused}`)
  process.exitCode = 1
}
