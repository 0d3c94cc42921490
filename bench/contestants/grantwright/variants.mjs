/**
 * What grantwright can stand on, over and in, each varied alone: the rest is the bare listener, over memory, in the Node of the run.
 *
 * @module
 */

/**
 * @typedef {import('../../measure.mjs').Cell} Cell
 * @typedef {{ label: string, name: string, floor?: string, env?: Record<string, string>, node?: string, app?: string, engine?: string }} Variant `floor` the label
 *   of the one to compare with, where it is another; `node` by its name in test/system/nodes; `app` and `engine` what is made ready for it
 */

const on = (BENCH_MOUNT) => ({ label: `on ${BENCH_MOUNT}`, name: 'grantwright', env: { BENCH_MOUNT } })
const over = (BENCH_STORE) => ({ label: `over ${BENCH_STORE}`, name: 'grantwright', env: { BENCH_STORE } })

/** Beside a floor in the same Node, so that its ratio says nothing of Node itself. */
const inNode = (version) => {
  const [node, floor] = [`node${version}`, `floor in Node ${version}`]
  return [
    { label: floor, name: 'floor', floor, node },
    { label: `in Node ${version}`, name: 'grantwright', floor, node },
  ]
}

/** Beside the floor, as entries of one work. @type {Variant[]} */
export const variants = [
  { label: 'floor', name: 'floor' },
  { label: 'grantwright', name: 'grantwright' },
  on('Express'),
  on('Hono'),
  { ...on('Next'), app: 'Next' },
  over('SQLite'),
  ...['Postgres', 'MariaDB', 'Redis'].map((engine) => ({ ...over(engine), engine })),
  ...['22', '24', '26'].flatMap(inNode),
]
