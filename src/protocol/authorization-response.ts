/**
 * The answer to an authorization request: its parameters. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 RFC 6749 §4.1.2}
 * @module
 */

/**
 * The parameters of a successful authorization response.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2 RFC 9207 §2} for `iss`.
 */
export function codeResponse(answer: {
  readonly code: string
  readonly state: string | undefined
  readonly iss: string
}): [name: string, value: string][] {
  return present([
    ['code', answer.code],
    ['state', answer.state],
    ['iss', answer.iss],
  ])
}

/** The parameters of an authorization response that is an error (RFC 6749 §4.1.2.1, RFC 9207 §2). */
export function errorResponse(answer: {
  readonly error: string
  readonly description: string | undefined
  readonly state: string | undefined
  readonly iss: string
}): [name: string, value: string][] {
  return present([
    ['error', answer.error],
    // RFC 6749 §4.1.2.1: printable ASCII without quote and backslash.
    ['error_description', answer.description?.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '')],
    ['state', answer.state],
    ['iss', answer.iss],
  ])
}

function present(pairs: readonly (readonly [string, string | undefined])[]): [string, string][] {
  return pairs.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))
}
