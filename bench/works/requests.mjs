/**
 * Requests as the bytes that a client sends.
 *
 * @module
 */
import { basic } from '../given.mjs'

const AGENT = 'user-agent: bench\r\n'

/** @param {Record<string, string>} fields @param {string} [authorization] empty for none */
export function post(host, path, fields, authorization = basic) {
  const body = new URLSearchParams(fields).toString()
  const credentials = authorization && `authorization: ${authorization}\r\n`
  const type = 'content-type: application/x-www-form-urlencoded\r\n'
  return `POST ${path} HTTP/1.1\r\nhost: ${host}\r\n${AGENT}accept: application/json\r\n${credentials}${type}content-length: ${body.length}\r\n\r\n${body}`
}

/** @param {string} [more] further header lines, each with its end */
export const get = (host, path, more = 'accept: application/json\r\n') =>
  `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n${AGENT}${more}\r\n`

/** What a browser says of a link that was clicked. */
export const navigation = (cookie) =>
  `accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\naccept-language: en\r\nsec-fetch-site: cross-site\r\nsec-fetch-mode: navigate\r\nsec-fetch-dest: document\r\ncookie: ${cookie}\r\n`
