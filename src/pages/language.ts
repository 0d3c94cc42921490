/**
 * One language of the pages. Its texts are here from the start, or they are loaded for the first page that is shown in it, and
 * kept.
 *
 * @module
 */
import { within } from '../runtime/deadline.js'
import { shared } from '../runtime/shared.js'
import type { Messages } from './messages.js'

export interface Language {
  /** A BCP 47 tag: the `locale` of its texts. */
  readonly locale: string
  /** All texts, without a promise once they are here. Rejects when they cannot be loaded; the next call tries again. */
  messages(): Messages | Promise<Messages>
}

export const atHand = (messages: Messages): Language => ({ locale: messages.locale, messages: () => messages })

/**
 * Who wants the texts while they are being loaded waits for the same load. A load that failed is begun anew for the next who wants them;
 * but Node 20 does not read a file again that it could not read.
 *
 * @param patience milliseconds after which a load has failed: a page must not wait for ever. @default 2000
 */
export function onDemand(locale: string, load: () => Promise<Messages>, patience = 2000): Language {
  let loaded: Messages | undefined
  const loading = shared(async () => {
    try {
      loaded = await within(patience, load(), () => new Error(`It took longer than ${patience} ms.`))
      return loaded
    } catch (cause) {
      throw new Error(`The texts in '${locale}' could not be loaded.`, { cause })
    }
  }, Date.now)
  return { locale, messages: () => loaded ?? loading.start() }
}
