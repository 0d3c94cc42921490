/**
 * The build that is measured: that of the working tree, or another one, because of two builds each has its own.
 *
 * @module
 */
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const dist = process.env.GRANTWRIGHT_DIST ?? resolve(import.meta.dirname, '../dist')

/** @param {string} file of the build */
export const load = (file) => import(pathToFileURL(join(dist, file)).href)
