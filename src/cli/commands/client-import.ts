/**
 * `client import`: clients from another server.
 *
 * @module
 */
import type { NewClient } from '../../clients/given.js'
import { ClientExists } from '../../clients/registry.js'
import { inOneLine } from '../../runtime/one-line.js'
import type { AuthorizationServer } from '../../server.js'
import { type Command, output } from '../command.js'
import { Failure, tell } from '../failure.js'
import { type Line, linesOf, objectIn } from '../json-lines.js'

/** What came of a line. */
interface Report {
  readonly line: number
  readonly outcome: 'created' | 'unchanged' | 'failed'
  readonly client_id?: string | undefined
  readonly problem?: string | undefined
  /** The storage did not say what became of it. */
  readonly isUncertain?: true | undefined
}

export const importClients: Command = {
  summary: 'Registers clients of another server, with their ids and secrets',
  details: `Each line of the file is a JSON object: client_id, client_secret or client_secret_sha256 (unless it is public), and metadata under its
names in RFC 7591. Each is registered whole or not at all, and those that are there already, just as they are, stay so. - reads
the standard input. The exit code is 1 when a line failed; mend it and run the same file again.

Example:
  {"client_id":"notes","client_secret_sha256":"2bb8…","client_name":"Notes","redirect_uris":["https://notes.example.com/callback"]}`,
  operands: ['<file.jsonl>'],
  slow: true,
  async run(input) {
    const { server } = await input.server()
    const reports: Report[] = []
    let isStopped = false
    for await (const line of linesOf(input.operands[0] ?? '')) {
      const report = await importLine(server, line)
      reports.push(report)
      isStopped = report.isUncertain === true
      if (!input.json) input.print(inWords(report))
      if (isStopped) break
    }
    if (input.json) output(input, reports, () => '')
    const failed = reports.filter(({ outcome }) => outcome === 'failed').length
    if (failed > 0)
      throw new Failure(
        isStopped
          ? `The storage failed at line ${reports.at(-1)?.line}. What follows was not tried; run the same file again.`
          : `${failed} of ${reports.length} lines failed. The others are done.`,
      )
    input.note(`\n${reports.length} lines, none failed.`)
  },
}

async function importLine({ clients }: AuthorizationServer, line: Line): Promise<Report> {
  const client = objectIn(line)
  if (typeof client === 'string') return { line: line.number, outcome: 'failed', problem: `The line ${client}.` }
  const { client_id } = client as NewClient
  const report = {
    line: line.number,
    ...(typeof client_id === 'string' && /^[\x20-\x7e]{1,255}$/.test(client_id) && { client_id }),
  }
  try {
    await clients.create(withOwnCredentials(client))
    return { ...report, outcome: 'created' }
  } catch (error) {
    if (error instanceof ClientExists && error.isSame) return { ...report, outcome: 'unchanged' }
    const isKnown = error instanceof TypeError || error instanceof ClientExists
    return { ...report, outcome: 'failed', problem: tell(error), ...(!isKnown && { isUncertain: true }) }
  }
}

/** What would be made anew here could be told to nobody, and would be made once more with the next run. */
function withOwnCredentials(client: NewClient): NewClient {
  const { client_id, client_secret, client_secret_sha256, token_endpoint_auth_method: method } = client
  if (client_id === undefined) throw new TypeError('client_id is missing.')
  const isWithout = client_secret === undefined && client_secret_sha256 === undefined
  if (isWithout && (method === undefined || method.startsWith('client_secret_'))) {
    throw new TypeError(
      'client_secret or client_secret_sha256 is missing; set one, or make the client public with token_endpoint_auth_method none.',
    )
  }
  return client
}

/** Whoever registered at the other server chose some of the names and values in the file. */
const inWords = ({ line, outcome, client_id, problem }: Report): string =>
  inOneLine(
    [
      `line ${line}`,
      outcome,
      ...(client_id === undefined ? [] : [JSON.stringify(client_id)]),
      ...(problem === undefined ? [] : [problem]),
    ].join('  '),
  )
