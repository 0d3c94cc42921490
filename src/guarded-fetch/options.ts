/**
 * The options of the fetcher, checked when it is made.
 *
 * @module
 */
import { checkFunctions, isRecord, mistake, refuseUnknown } from '../runtime/option-checks.js'
import type { DocumentsOptions } from './contract.js'

/** @throws {TypeError} */
export function checkOptions(options: DocumentsOptions, canPin: boolean): void {
  if (!isRecord(options)) throw mistake('The options of the fetcher must be an object. Write `{}`.', options)
  const known: readonly (keyof DocumentsOptions)[] = ['fetch', 'allowOrigins']
  refuseUnknown(options, known, 'the fetcher')
  checkFunctions(options, ['fetch'])
  const { allowOrigins = [] } = options
  if (!Array.isArray(allowOrigins)) {
    throw mistake("allowOrigins must be a list. Write `allowOrigins: ['http://localhost:3000']`.", allowOrigins)
  }
  for (const origin of allowOrigins) {
    const parsed = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin) : undefined
    if (!parsed || !/^https?:$/.test(parsed.protocol)) {
      throw mistake("allowOrigins has an entry that is no origin. Write for example 'http://localhost:3000'.", origin)
    }
    if (parsed.origin !== origin) {
      throw mistake(`allowOrigins has an entry that is not written as an origin. Write '${parsed.origin}'.`, origin)
    }
  }
  if (!options.fetch && !canPin) {
    throw new TypeError(
      'This runtime cannot connect to an address that was checked before, so documents whose URL a stranger chose could be fetched from inside your network. ' +
        'Give `fetch`, a way out that reaches only the public internet; on Cloudflare Workers that is `fetch: (url, init) => fetch(url, init)`.',
    )
  }
}
