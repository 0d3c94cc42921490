/**
 * What all checks of options share: each says which option is wrong, and what to write instead.
 *
 * @module
 */
import { given } from './given.js'

/** An error that ends with what was given, if it was. Not for secrets. */
export const mistake = (message: string, value: unknown): TypeError =>
  new TypeError(value === undefined ? message : `${message} It was ${given(value)}.`)

export function refuseUnknown(options: object, known: readonly string[], where: string): void {
  for (const name of Reflect.ownKeys(options)) {
    if (typeof name === 'symbol' || !known.includes(name)) {
      throw new TypeError(`${where}: there is no option \`${String(name)}\`. The options are ${known.join(', ')}.`)
    }
  }
}

export function checkFunctions<Name extends string>(
  holder: { readonly [name in Name]?: unknown },
  names: readonly Name[],
  where = '',
): void {
  for (const name of names) {
    if (holder[name] !== undefined && typeof holder[name] !== 'function') {
      throw mistake(`${where}${name} must be a function. Write one, or leave it out.`, holder[name])
    }
  }
}

/** Seconds in, milliseconds out. */
export function duration<Name extends string>(
  options: { readonly [name in Name]?: number | undefined },
  name: Name,
  fallback: number,
  least: number,
  most = 10 * 365 * 86_400,
): number {
  const seconds = options[name] ?? fallback
  return toMilliseconds(seconds, name, least, most, `The default is ${fallback}.`)
}

/**
 * Seconds in, milliseconds out.
 *
 * @param cure what to write instead, as a sentence.
 */
export function toMilliseconds(seconds: unknown, name: string, least: number, most: number, cure: string): number {
  const isNumber = typeof seconds === 'number'
  if (isNumber && seconds >= least && seconds <= most) return Math.round(seconds * 1000)
  const fitting = isNumber && seconds > most && seconds / 1000 <= most
  const meant = fitting
    ? ` If those are milliseconds, write \`${name.replace(/.*[.: ]/, '')}: ${seconds / 1000}\`.`
    : ''
  const { message } = mistake(`${name} must be a number of seconds between ${least} and ${most}. ${cure}`, seconds)
  throw new TypeError(message + meant)
}

export const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
