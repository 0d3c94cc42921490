/**
 * Client authentication with a secret that the server made: in the Authorization header, or in the form.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 RFC 6749 §2.3.1}
 * @module
 */
import { type Client, type ClientSecret, clientSecretHash, importedSecretHash } from '../clients/client.js'
import type { Deployment } from '../deployment/deployment.js'
import type { RefusalReason } from '../edge/errors.js'
import type { ClientAuthentication, PresentedClient } from '../points/client-authentication.js'
import { isAscii } from '../protocol/ascii.js'
import { formDecode } from '../protocol/parameters.js'
import { digest } from '../runtime/hash.js'
import { isGuessedTooOften } from './guesses.js'

interface PresentedSecret extends PresentedClient {
  /** What was sent, in each way in which it can be read. */
  readonly readings: readonly string[]
  readonly address: string | undefined
}

function judge(
  { client_id, secrets }: Client,
  { readings, address }: PresentedSecret,
  deployment: Deployment,
): Promise<RefusalReason | null> | RefusalReason | null {
  const now = deployment.now()
  const isValid = ({ expiresAt }: ClientSecret) => expiresAt === null || now < expiresAt
  const hashes = readings.map(clientSecretHash)
  const secret = secrets.find(({ hash, strength }) =>
    strength === undefined
      ? hashes.includes(hash)
      : readings.some((reading) => importedSecretHash(digest(reading)) === hash),
  )
  const reason = !secret ? 'client_secret_wrong' : isValid(secret) ? null : 'client_secret_expired'
  const isGuessable = secrets.some((known) => known.strength !== undefined && isValid(known))
  // Nobody guesses what is strong, so who has it is not asked to wait.
  if (!isGuessable || (reason === null && secret?.strength === undefined)) return reason
  return isGuessedTooOften(deployment, { client_id, address, isRight: reason === null }).then((isTooOften) =>
    isTooOften ? 'client_secret_limited' : reason,
  )
}

export const clientSecretBasic: ClientAuthentication<PresentedSecret> = {
  methods: ['client_secret_basic'],
  scheme: 'basic',
  challenge: 'Basic realm="client", charset="UTF-8"',
  usesSecret: true,
  read: ({ http, authorization }) => (authorization === undefined ? null : readBasic(authorization, http.address)),
  judge,
}

export const clientSecretPost: ClientAuthentication<PresentedSecret> = {
  methods: ['client_secret_post'],
  parameters: ['client_secret'],
  usesSecret: true,
  read({ http, form }) {
    const secret = form.get('client_secret')
    if (secret === undefined) return null
    const client_id = form.get('client_id')
    if (client_id === undefined) return 'There is no client authentication and no client_id.'
    return { method: 'client_secret_post', client_id, readings: [secret], address: http.address }
  },
  judge,
}

/**
 * RFC 7617 §2. RFC 6749 §2.3.1 wants id and secret form-encoded inside, and many clients (`curl -u` is one) send them as they are: so both
 * readings count. Which client is meant is settled before anything is compared. A sentence when it cannot be read.
 */
function readBasic(line: string, address: string | undefined): PresentedSecret | string | null {
  const [, scheme, token] = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?: +([A-Za-z0-9+/]+={0,2}))? *$/.exec(line) ?? []
  if (!/^basic$/i.test(scheme ?? '')) {
    return /^basic(?![A-Za-z0-9!#$%&'*+.^_`|~-])/i.test(line)
      ? 'The Authorization header must use the scheme Basic and base64.'
      : null
  }
  const text = token === undefined ? null : decodeUtf8Base64(token)
  if (text === null) return 'The Basic credentials are not base64 of UTF-8.'
  const colon = text.indexOf(':')
  if (colon < 0) return 'The Basic credentials have no colon.'
  const [id, ...otherIds] = readings(text.slice(0, colon))
  if (id === '') return 'The Basic credentials have no client id.'
  const secrets = readings(text.slice(colon + 1))
  return {
    method: 'client_secret_basic',
    client_id: id,
    orClientId: otherIds[0],
    readings: secrets,
    address,
    // RFC 6749 §2.3.1: an empty secret is the same as none.
    isEmpty: secrets[0] === '',
  }
}

/** Form-decoded, and as it was sent; once where that is the same, or cannot be decoded. */
function readings(text: string): readonly [string, ...string[]] {
  const decoded = formDecode(text)
  return decoded === null || decoded === text ? [text] : [decoded, text]
}

function decodeUtf8Base64(token: string): string | null {
  try {
    const bytes = atob(token)
    // ASCII is UTF-8 already, and nearly all there is.
    return isAscii(bytes) ? bytes : decoder.decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)))
  } catch {
    return null
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
