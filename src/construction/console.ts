/**
 * What the console says to the operator: what broke, which limits were met, and what was refused and could be set right. Loaded when there is something to say.
 *
 * On an `http` issuer, which is for development, it says every refusal, and which scope was left out; else those that came with a hint, at most three lines a minute for
 * each reason and client. Nothing that a stranger sends can end a line or make it long.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import { plainCause } from '../edge/event-json.js'
import type { ServerEvent } from '../edge/events.js'
import { inOneLine } from '../runtime/one-line.js'
import { lineLimit } from './line-limit.js'

/** What is said once, because it is wrong for good. */
export type Advice = Parameters<Deployment['advise']>[0]

export interface Printer {
  print(event: ServerEvent): void
  advise(advice: Advice): void
}

const advices: { readonly [advice in Advice]: string } = {
  login_lost:
    'Somebody came back from loginUrl, and users.current finds nobody still. If that is so each time, mount the session middleware before the server: `app.use(session(…))`, then `app.use(authorizationServer(auth))`. Else the session cookie does not arrive: see docs/adapters/README.md.',
  proxy_not_trusted:
    'A request has the header X-Forwarded-For, and trustProxy is 0, so limits per address count who connects: behind a reverse proxy that is everybody as one. If a proxy of yours writes it, say how many do: `trustProxy: 1`. If none does, change nothing: anybody can send the header. See docs/adapters/proxies.md.',
  forwarded_not_read:
    'A request has the header Forwarded, which is not read, so limits per address count who connects: behind a reverse proxy that is everybody as one. If a proxy of yours writes it, have it append to X-Forwarded-For as well, and write `trustProxy: 1`. If none does, change nothing: anybody can send the header. See docs/adapters/proxies.md.',
}

export function printer(issuer: string): Printer {
  const isDevelopment = issuer.startsWith('http:')
  const refusals = lineLimit((line) => console.warn(line))
  const failures = lineLimit((line) => console.error(line))
  /** Kinds of failures whose stack has been said. */
  const stacks = new Set<string>()

  function printRefusal(event: Extract<ServerEvent, { type: 'refused' }>): void {
    const { hint, reason, clientId, at } = event
    const line = refusalLine(event)
    if (isDevelopment) console.warn(line)
    // Ids that nobody has registered are as many as strangers like, and so are those that are a URL.
    else if (hint) {
      const isAnybodys = reason === 'client_unknown' || /^https?:/.test(clientId ?? '')
      refusals.say(isAnybodys ? reason : `${reason} ${clientId?.slice(0, 200)}`, line, at)
    }
  }

  function printLimit({ limit, wait, address, at }: Extract<ServerEvent, { type: 'limited' }>): void {
    const by = address === undefined ? '' : ` by ${lineOf(cut(address, 100))}`
    const line = `grantwright: the limit ${limit} was reached${by}; there is room again in ${wait} s. See docs/rate-limits.md.`
    if (isDevelopment) console.warn(line)
    else refusals.say(`limit ${limit}`, line, at)
  }

  function printFailure({ endpoint, reference, cause, at }: Extract<ServerEvent, { type: 'failed' }>): void {
    const chain = chainOf(plainCause(cause))
    const line = lineOf(
      `grantwright: ${endpoint} failed${reference && ` (${reference})`}: ${chain.map(titleOf).join('; because of ')}`,
    )
    const kind = [endpoint, ...chain.map(({ name, code, stack }) => [name, code, framesOf(stack)[0]])].join()
    const more = () => {
      if (stacks.has(kind)) return ''
      if (stacks.size === 100) stacks.clear()
      stacks.add(kind)
      return chain.map((error) => [`\n  ${lineOf(titleOf(error))}`, ...framesOf(error.stack)].join('\n')).join('')
    }
    if (isDevelopment) console.error(line + more())
    else failures.say(kind, line, at, more)
  }

  return {
    print(event) {
      refusals.sweep(event.at)
      failures.sweep(event.at)
      if (event.type === 'refused') printRefusal(event)
      else if (event.type === 'limited') printLimit(event)
      else if (event.type === 'failed') printFailure(event)
      else if (event.type === 'client_logged_out' && event.hint) {
        refusals.say(
          `logout ${event.clientId}`,
          lineOf(`grantwright: a client does not know of a logout. ${event.hint}`),
          event.at,
        )
      } else if (event.type === 'scope_left_out' && isDevelopment) console.warn(leftOutLine(event))
    },
    advise: (advice) => console.warn(`grantwright: ${advices[advice]}`),
  }
}

function refusalLine(event: Extract<ServerEvent, { type: 'refused' }>): string {
  const { endpoint, reason, description, hint, clientId, reference } = event
  const about = [
    ...(clientId === undefined ? [] : [`client ${JSON.stringify(cut(clientId, 100))}`]),
    ...(reference ? [`reference ${reference}`] : []),
  ]
  const end = about.length > 0 ? ` (${about.join(', ')})` : ''
  const said = [`grantwright: ${endpoint} refused: ${reason}.`, description, hint].filter(Boolean).join(' ')
  return lineOf(said) + lineOf(end)
}

const leftOutLine = ({ endpoint, clientId, hint }: Extract<ServerEvent, { type: 'scope_left_out' }>): string =>
  lineOf(`grantwright: ${endpoint} left scope out. ${hint}`) + lineOf(` (client ${JSON.stringify(cut(clientId, 100))})`)

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text)

const lineOf = (text: string): string => inOneLine(cut(text, 1000))

interface Said {
  readonly name: string
  readonly message: string
  readonly stack: string
  readonly code: string
}

/** The error, its cause, and so on; of several errors the first. */
function chainOf(cause: unknown): readonly Said[] {
  const chain: Said[] = []
  let next: unknown = cause
  while (next !== undefined && next !== null && chain.length < 5) {
    const { name, message, stack, code, cause, errors } = (typeof next === 'object' ? next : {}) as Partial<Said> & {
      readonly cause?: unknown
      readonly errors?: readonly unknown[]
    }
    const isPlain = message === undefined && name === undefined
    chain.push({
      name: isPlain ? 'What was thrown' : String(name ?? 'Error'),
      message: isPlain ? JSON.stringify(next) : String(message),
      stack: typeof stack === 'string' ? stack : '',
      code: code === undefined ? '' : String(code),
    })
    next = cause ?? errors?.[0]
  }
  return chain
}

const titleOf = ({ name, code, message }: Said): string => `${name}${code && ` [${code}]`}: ${message.slice(0, 500)}`

/** Where it happened, without the message, which may be anybody's text. */
const framesOf = (stack: string): readonly string[] =>
  stack
    .split('\n')
    .filter((line) => /^ +at /.test(line))
    .slice(0, 12)
    .map(lineOf)
