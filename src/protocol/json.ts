/**
 * What JSON can say. Pure.
 *
 * @module
 */

/** A value that is the same after it was stored as JSON: no `undefined`, no dates, no functions. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }
