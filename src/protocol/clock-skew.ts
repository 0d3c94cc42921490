/**
 * Instances and apps have clocks of their own.
 *
 * @module
 */

/** By how much they may differ, in milliseconds. */
export const CLOCK_SKEW = 5000
