/**
 * Which version of the library this is, so that parts of two versions notice each other.
 *
 * @module
 */

/** The same as in package.json, which a test makes sure of. */
export const version = '0.1.0'
