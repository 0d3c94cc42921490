/**
 * What several fields of a client have in common.
 *
 * @module
 */
import { allowedUrl, NotFetched } from '../../guarded-fetch/allowed-url.js'
import type { ClientField } from '../../protocol/client-vocabulary.js'
import { isPublicAddress } from '../../protocol/public-address.js'

export const booleanField = (name: string): ClientField => ({
  name,
  selfService: true,
  parse(value) {
    if (typeof value === 'boolean') return value
    throw new TypeError('must be true or false')
  },
})

/** Most URLs of a list. */
const MOST = 50

/** The list, if it is one of a few texts; else null. */
export function fewTexts(value: unknown): readonly string[] | null {
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  return list.length > 0 && list.length <= MOST && list.every((one) => typeof one === 'string') ? list : null
}

/** Why nothing is sent to a URL, nor fetched from it, as far as the URL alone tells; null when that may be. */
export function problemWithUrl(url: string, allowOrigins: readonly string[] = []): string | null {
  try {
    allowedUrl(url, new Set(allowOrigins), isPublicAddress)
    return null
  } catch (error) {
    if (error instanceof NotFetched) return error.message
    throw error
  }
}
