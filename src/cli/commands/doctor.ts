/**
 * `doctor`: why a client does not connect to a deployment, seen from outside.
 *
 * @module
 */
import { type KnownClient, knownClients } from '../../known-clients/index.js'
import { closestName, withScheme } from '../../protocol/spelling.js'
import { type Command, type Input, output } from '../command.js'
import { connects, examine } from '../doctor/examine.js'
import { reportJson } from '../doctor/report-json.js'
import { reportText } from '../doctor/report-text.js'
import { Failure, misused } from '../failure.js'

/** Seconds: as long as the least patient client that is known. */
const TIMEOUT = 10
const LONGEST_TIMEOUT = 120

export const doctor: Command = {
  summary: 'Plays known MCP clients against a server that runs, and says why one does not connect',
  details: `Works with every server, whoever made it. It asks what the clients ask before anybody logs in: metadata, challenge, registration,
the authorization page with each redirect URI, the token endpoint with a code that does not exist. Where a client would register, it
asks for a dry run and registers one client for all of them, or registers each; it removes them again, and names what could not be removed.`,
  operands: ['<issuer or MCP URL>'],
  flags: {
    client: {
      value: 'id',
      repeat: true,
      help: `plays this one alone: ${knownClients.map(({ id }) => id).join(', ')}`,
    },
    'client-id': {
      value: 'client_id',
      help: 'what people type into the client of --client, where it was registered by hand',
    },
    timeout: { value: 'seconds', help: `how long one answer may take; default: ${TIMEOUT}` },
  },
  alone: true,
  slow: true,
  async run(input) {
    const [word = ''] = input.operands
    const url = checkedUrl(word)
    const clients = chosenClients(input)
    const timeout = checkedTimeout(input.value('timeout'))
    const clientId = input.value('client-id')
    if (clientId !== undefined && input.values('client')?.length !== 1) {
      throw misused('--client-id needs one --client: whose is it?')
    }
    input.note(`Playing ${clients.length === 1 ? clients[0]?.name : `${clients.length} clients`} …`)
    const report = await examine({
      ...{ url, clients, timeout: timeout * 1000, clientId },
      clock: { now: Date.now, elapsed: () => performance.now() },
    })
    output(input, reportJson(report), () => `${reportText(report, terminal())}`)
    const lost = report.results.filter((result) => !connects(result)).length
    if (lost > 0) throw new Failure(lost === 1 ? 'One client does not connect.' : `${lost} clients do not connect.`)
  },
}

function checkedUrl(word: string): string {
  const meant = withScheme(word)
  if (!/^https?:\/\//i.test(word) || !URL.canParse(word)) {
    throw misused(
      `${JSON.stringify(word)} is no http or https URL.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
    )
  }
  const { username, password, hash } = new URL(word)
  if (username !== '' || password !== '' || hash !== '') {
    throw misused('The URL must have no user name, password or fragment.')
  }
  return word
}

function chosenClients(input: Input): readonly KnownClient[] {
  const ids = knownClients.map(({ id }) => id)
  const wanted = input.values('client')
  for (const id of wanted ?? []) {
    if (ids.includes(id)) continue
    const meant = closestName(id, ids)
    const cure = meant === undefined ? `There are: ${ids.join(', ')}.` : `Did you mean ${meant}?`
    throw misused(`There is no client ${JSON.stringify(id)}. ${cure}`)
  }
  return wanted ? knownClients.filter(({ id }) => wanted.includes(id)) : knownClients
}

function checkedTimeout(text: string | undefined): number {
  if (text === undefined) return TIMEOUT
  const seconds = Number(text)
  if (!/^[0-9]+(\.[0-9]+)?$/.test(text) || seconds <= 0 || seconds > LONGEST_TIMEOUT) {
    throw misused(`--timeout must be seconds, at most ${LONGEST_TIMEOUT}.`)
  }
  return seconds
}

/** Whoever reads a file or a log can scroll; colour is for terminals, and not for those who said so (https://no-color.org). */
const terminal = () => ({
  width: process.stdout.columns ?? 120,
  colour: process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '',
})
