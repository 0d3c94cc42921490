/**
 * What an app may give as a user's id.
 *
 * @module
 */

/**
 * Gives `subject` back when it is a usable `sub`: 1 to 255 characters, no control characters.
 *
 * @param where the function of the app that gave it, for the error
 * @throws {TypeError} when it is not.
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDToken OpenID Connect Core §2}
 */
export function checkSubject(subject: unknown, where: string): string {
  if (typeof subject !== 'string') {
    throw new TypeError(
      `${where}: the subject must be the user's id as a string, not ${describe(subject)}. Write for example \`subject: String(user.id)\`.`,
    )
  }
  if (subject === '') throw new TypeError(`${where}: the subject is empty. Return null when nobody is logged in.`)
  if (subject.length > 255) throw new TypeError(`${where}: the subject is longer than 255 characters.`)
  if (/[\p{Cc}\p{Cs}]/u.test(subject)) throw new TypeError(`${where}: the subject contains control characters.`)
  return subject
}

const describe = (value: unknown): string =>
  value === null || value === undefined
    ? 'missing'
    : Array.isArray(value)
      ? 'an array'
      : `a value of type ${typeof value}`
