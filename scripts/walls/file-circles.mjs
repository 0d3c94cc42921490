/**
 * No file takes part in an import circle, type-only imports included: who reads one file of a circle has to read them all.
 *
 * @module
 */
import { circlesIn } from './circles.mjs'

const remedy = 'the type that both sides need goes below both'

/**
 * One line for each circle: its path and what to do.
 *
 * @param {ReadonlyMap<string, readonly string[]>} imports what `importGraph` says
 * @returns {string[]}
 */
export const fileCircles = (imports) =>
  circlesIn(imports).map(({ path, among }) => {
    const more = among > path.length - 1 ? ` (the shortest one among ${among} files that reach each other)` : ''
    return `${path.join(' → ')}: imports in a circle${more}: ${remedy}`
  })
