/**
 * Reading challenges. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 RFC 9110 §11.6.1}
 * @module
 */
import { asciiLowerCase } from '../../protocol/ascii.js'
import { type Exchange, headerValues } from './exchange.js'

export interface Challenge {
  /** In small letters. */
  readonly scheme: string
  /** Names in small letters. */
  readonly parameters: { readonly [name: string]: string }
}

/** The challenges of an answer, in their order. What does not read as one ends the list. */
export function challengesOf(exchange: Exchange): readonly Challenge[] {
  const found: { scheme: string; parameters: { [name: string]: string } }[] = []
  let rest = headerValues(exchange, 'www-authenticate').join(', ')
  while (rest !== '') {
    const parameter = PARAMETER.exec(rest)
    const current = found.at(-1)
    const scheme = parameter ? null : SCHEME.exec(rest)
    if (parameter && current) {
      const [, name = '', quoted, token = ''] = parameter
      current.parameters[asciiLowerCase(name)] = quoted?.replaceAll(/\\(.)/g, '$1') ?? token
      rest = rest.slice(parameter[0].length)
    } else if (scheme) {
      found.push({ scheme: asciiLowerCase(scheme[1] ?? ''), parameters: {} })
      rest = rest.slice(scheme[0].length)
    } else return found
  }
  return found
}

const PARAMETER = /^[ \t,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))[ \t,]*/
const SCHEME = /^[ \t,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]+(?![ \t]*=)[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$)))?[ \t,]*/

/** The challenge that MCP clients read: the first of the scheme Bearer. */
export const bearerOf = (exchange: Exchange): Challenge | undefined =>
  challengesOf(exchange).find(({ scheme }) => scheme === 'bearer')
