/**
 * What a fetch of a document means: for how long a good one is used, when an earlier copy may stand in for one that is not there, and what is
 * said of it. Pure.
 *
 * @see {@link https://www.ietf.org/archive/id/draft-ietf-oauth-client-id-metadata-document-03.txt Client ID Metadata Document §5}
 * @module
 */

/** What went wrong with a fetch, as the guarded fetcher tells it. */
export interface FailedFetch {
  readonly problem: string
  readonly status?: number | undefined
}

const MINUTE = 60_000
const DAY = 86_400_000

/** Where HTTP says nothing: a client that changes its document waits no longer. */
const USUAL = 10 * MINUTE

/** For how many milliseconds a document is used without asking again. §5.2: by HTTP, within bounds. */
export const freshFor = (said: number | undefined): number => Math.min(Math.max(said ?? USUAL, MINUTE), DAY)

/** Whether the host says that there is no such document any more. */
export const isGone = ({ status }: FailedFetch): boolean => status === 404 || status === 410

/**
 * Whether the failure says nothing about the document: the host is away, overloaded, or keeps servers out, as hosts behind a bot challenge do with
 * 403. Everything else is an answer, and it counts.
 */
export function saysNothing({ problem, status = 0 }: FailedFetch): boolean {
  if (problem === 'status') return status === 403 || status === 429 || status >= 500
  // Of `limited` the host was not even asked.
  return problem === 'unreachable' || problem === 'timeout' || problem === 'limited'
}

/** For the developer of the client: which check failed. Free of what was received. */
export function failureDescription({ problem, status }: FailedFetch): string {
  const what = words[problem] ?? 'it could not be fetched'
  return `The client ID metadata document of this app cannot be used: ${problem === 'status' ? `${what} ${status}` : what}.`
}

const words: { readonly [problem: string]: string } = {
  url_not_allowed: 'it is fetched only by https, on port 443, from a host of the public internet',
  address_not_allowed: 'its host is at an address that is not of the public internet',
  unreachable: 'its host could not be reached',
  timeout: 'its host did not answer in time',
  redirect: 'its host answered with a redirect, and none is followed',
  status: 'its host answered with the status',
  too_large: 'it has more than 64 KB',
  content_type: 'it is not sent as application/json, or it is compressed',
  not_json: 'it is no JSON object in UTF-8',
  limited: 'too many documents were asked for lately; try again in a minute',
}
