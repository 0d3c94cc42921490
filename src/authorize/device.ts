/**
 * What a browser is called on the connected apps, so that people can tell their connections apart. Pure.
 *
 * @module
 */

/**
 * A label such as `Chrome on macOS`, of at most 40 characters: one of the names below and nothing else of the header. Undefined unless
 * browser and system are both known.
 *
 * @param userAgent the values of `User-Agent` (RFC 9110 §10.1.5), which says whatever the sender likes.
 */
export function deviceOf([userAgent = '', ...more]: readonly string[]): string | undefined {
  const nameIn = (names: typeof browsers) =>
    names.find(([, ...marks]) => marks.some((mark) => userAgent.includes(mark)))?.[0]
  const browser = nameIn(browsers)
  const system = nameIn(systems)
  return more.length === 0 && browser && system ? `${browser} on ${system}` : undefined
}

type Names = readonly (readonly [name: string, ...marks: string[]])[]

/** Those that pretend to be others as well come first. */
const browsers: Names = [
  ['Edge', 'Edg/', 'EdgA/', 'EdgiOS/'],
  ['Opera', 'OPR/', 'OPT/'],
  ['Samsung Internet', 'SamsungBrowser/'],
  ['Firefox', 'Firefox/', 'FxiOS/'],
  ['Chrome', 'Chrome/', 'CriOS/'],
  ['Safari', 'Safari/'],
]

const systems: Names = [
  ['iPadOS', 'iPad'],
  ['iOS', 'iPhone'],
  ['Android', 'Android'],
  ['Windows', 'Windows NT'],
  ['ChromeOS', 'CrOS'],
  ['macOS', 'Macintosh'],
  ['Linux', 'Linux'],
]
