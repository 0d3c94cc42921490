/**
 * Every fact of a known client, with a name for it.
 *
 * @module
 */

/** Members that are one fact. */
const single = ['registration', 'authentication', 'discovery', 'scope', 'resource', 'refresh']

/**
 * @typedef {import('../../src/known-clients/known-client.ts').KnownClient} KnownClient
 * @typedef {import('../../src/known-clients/known-client.ts').Source} Source
 */

/**
 * @param {KnownClient} client
 * @returns {{ fact: string, source: Source | undefined }[]}
 */
export function factsOf(client) {
  return [
    ...client.documents.flatMap(({ url, source, copy }) => [
      { fact: `document ${url}`, source },
      ...(copy ? [{ fact: `copy of ${url}`, source: copy.source }] : []),
    ]),
    ...client.identifies.map(({ by, document, source }) => ({
      fact: `identifies by ${[by, document].filter(Boolean).join(' ')}`,
      source,
    })),
    ...client.redirectUris.map(({ uri, source }) => ({ fact: `redirect URI ${uri}`, source })),
    ...single.flatMap((member) => (client[member] ? [{ fact: member, source: client[member].source }] : [])),
    ...client.traps.map(({ trap, source }) => ({ fact: `trap "${trap}"`, source })),
  ]
}
