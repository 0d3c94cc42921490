/**
 * `keys …`: secrets and signing keys.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { isSigningAlgorithm, jwkThumbprint, signingAlgorithms } from '../../keys/jwk.js'
import type { Keyring } from '../../keys/keyring.js'
import { scheduleOf } from '../../keys/schedule.js'
import { generatePrivateJwk } from '../../keys/signer.js'
import { type Command, output, table } from '../command.js'
import { misused } from '../failure.js'

export const generate: Command = {
  summary: 'Prints a new secret for the option secret, or a new signing key',
  details: `The value alone goes to standard output, the words about it to standard error. Nothing is stored.

Examples:
  echo "AUTH_SECRET=$(npx grantwright keys generate)" >> .env
  npx grantwright keys generate --alg PS256 > signing-key.json`,
  flags: { alg: { value: 'algorithm', help: `a private JWK instead: ${signingAlgorithms.join(', ')}` } },
  alone: true,
  async run(input) {
    const alg = input.value('alg')
    if (alg === undefined) {
      output(input, { secret: randomBytes(32).toString('base64url') }, ({ secret }) => secret)
      input.note('A secret for the option secret: 256 random bits, shown this once. Keep it in the environment.')
      return
    }
    if (!isSigningAlgorithm(alg)) throw misused(`--alg must be one of ${signingAlgorithms.join(', ')}.`)
    const privateJwk = await generatePrivateJwk(alg)
    output(input, { ...privateJwk, kid: jwkThumbprint(privateJwk), use: 'sig' }, JSON.stringify)
    input.note(
      'A private key, shown this once: whoever has it can sign tokens. importSigner makes a member of the option signingKeys of it.',
    )
  },
}

export const rotate: Command = {
  summary: 'Makes new signing keys ahead of time, and wraps all anew',
  details: `The new keys are published at once, and sign as soon as every verifier has had the time to learn them. All stored keys are
wrapped with the first secret, so that an older one can be taken away.`,
  async run(input) {
    const { server, deployment } = await input.server()
    const { keyring, settings } = deployment
    const before = new Set((await keyring.publicKeys()).map(({ kid }) => kid))
    await server.keys.rotate()
    const keys = (await Promise.all((await keyring.rings()).map(usesIn))).flat()
    output(input, { keys }, () =>
      table(
        ['KEY', 'ALGORITHM', 'USE'],
        keys.map(({ kid, alg, use }) => [kid, alg, use]),
      ),
    )
    const { lead } = scheduleOf(settings.keyRotationInterval, settings.jwksMaxAge, settings.longestAccessToken)
    input.note(
      keys.some(({ kid }) => !before.has(kid))
        ? `\nThe new key signs in ${Math.ceil(lead / 60_000)} minutes, when every verifier has had the time to learn it.`
        : '\nNo new signing key: the last one has yet to begin, or the keys are those of the option signingKeys.',
    )
  },
}

/** What each published key of a ring is for now. */
async function usesIn(ring: Keyring) {
  const published = await ring.publicKeys()
  const { kid: signing } = await ring.current()
  const position = published.findIndex(({ kid }) => kid === signing)
  return published.map(({ kid, alg }, i) => ({
    kid,
    alg,
    use: i === position ? 'signs' : i > position ? 'signs next' : 'verifies',
  }))
}
