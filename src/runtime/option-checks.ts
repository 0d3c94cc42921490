/**
 * What all checks of options share: each says which option is wrong, and what to write instead.
 *
 * @module
 */

/**
 * A value as messages repeat it, in 60 characters: what was written, where it is short and plain, else what it is. What stands before an `@`
 * in a URL is a password. Not for secrets.
 */
export function given(value: unknown): string {
  if (typeof value === 'string') {
    const text = value.replace(/\/\/[^/?#]*@/g, '//…@')
    return `'${JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text).slice(1, -1)}'`
  }
  if (value instanceof URL) return `the object URL(${given(value.href)})`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Promise) return 'a promise'
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object'
}

/** An error that ends with what was given. */
export const mistake = (message: string, value: unknown): TypeError =>
  new TypeError(`${message} It was ${given(value)}.`)

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
      throw new TypeError(`${where}${name} must be a function. Write one, or leave it out.`)
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
  if (typeof seconds === 'number' && seconds >= least && seconds <= most) return Math.round(seconds * 1000)
  throw new TypeError(`${name} must be a number of seconds between ${least} and ${most}. The default is ${fallback}.`)
}

export const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
