/**
 * Text of anybody, as it may stand in a line that an operator reads. Pure.
 *
 * @module
 */

/** The same text, with nothing in it that a terminal or a reader of logs takes for anything but text: no ends of lines, no control characters. */
export const inOneLine = (text: string): string =>
  text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (odd) => `\\u{${odd.codePointAt(0)?.toString(16)}}`)
