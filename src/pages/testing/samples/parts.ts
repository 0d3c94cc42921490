/**
 * What samples are made of: names as strangers choose them, handles and tokens as long as real ones.
 *
 * @module
 */
import type { PageForm } from '../../form.js'
import type { PageView } from '../../views.js'

export interface Sample {
  readonly name: string
  readonly view: PageView
  /** @default 'en' */
  readonly language?: string | undefined
}

/** Two views whose pages must not say the same. */
export interface Difference {
  readonly name: string
  readonly views: readonly [PageView, PageView]
  /** What a page that says the same has missed. */
  readonly missing: string
}

export interface PageSamples {
  readonly page: PageView['page']
  readonly samples: readonly Sample[]
  readonly differences: readonly Difference[]
}

/** No page has such an element or attribute, unless what a stranger wrote has become one. */
export const STRANGER = 'gw-stranger'
/** Ends whatever it is put into, and begins an element and attributes by that name. */
export const evil = `"'\`> ${STRANGER}="1" ${STRANGER}='1' </title></textarea></script></style>--><${STRANGER}>`
/** A name that is honest, and has to be escaped all the same. */
export const honest = `Field & Stream's Notes`

export const user = `Ada O'Neill & Sons`

export const read = { name: 'read', text: 'Read your notes & drafts' }
export const optional = { name: 'share', text: `Share your notes in your friends' names` }

/** What features add to what is asked. */
export const details = ['Pay 12.50 € to "Field & Stream"', `Read the balance of Ada's account for 90 days`]

/** As long as real ones are. */
export const handle = `gwpr_${'Kq3-_x'.repeat(8)}`
const pageToken = (page: string) => `${page}_${'vT7-_m'.repeat(7)}`

export function formOf(page: string, more: PageForm['hidden'] = {}): PageForm {
  return { action: `/oauth/${page}`, hidden: { ...more, page_token: pageToken(page) } }
}
