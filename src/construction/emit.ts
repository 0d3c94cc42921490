/**
 * Where events go: to the app's listener, and what was refused or broke to the console as well. What the console says is loaded when there is
 * something to say.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import { plainCause } from '../edge/event-json.js'
import type { ServerEvent } from '../edge/events.js'
import type { Printer } from './console.js'

const ofConsole: ReadonlySet<ServerEvent['type']> = new Set(['failed', 'refused', 'limited'] as const)

/** @param now epoch milliseconds. */
export function emitter(
  issuer: string,
  now: () => number,
  onEvent: ((event: ServerEvent) => unknown) | undefined,
): Pick<Deployment, 'emit' | 'advise'> {
  const isDevelopment = issuer.startsWith('http:')
  let printer: Promise<Printer> | Printer | undefined
  const advised = new Set<string>()

  /** `subject` says it all when the console's words cannot be loaded, as when no file can be opened. */
  function print(say: (printer: Printer) => void, subject: unknown): void {
    if (printer && !(printer instanceof Promise)) {
      say(printer)
      return
    }
    printer ??= import('./console.js').then((module) => {
      printer = module.printer(issuer)
      return printer
    })
    printer.then(say).catch(() => {
      printer = undefined
      console.error('grantwright:', subject)
    })
  }

  return {
    emit(body) {
      try {
        const event: ServerEvent = { at: now(), ...body }
        if (event.type === 'failed') {
          // Not to be seen, so that the event is compared and cloned as what it is.
          const toJSON = () => ({ ...event, cause: plainCause(event.cause) })
          Object.defineProperty(event, 'toJSON', { value: toJSON })
        }
        const isForConsole = ofConsole.has(event.type) || (event.type === 'scope_left_out' && isDevelopment)
        if (isForConsole || printer) print((printer) => printer.print(event), event)
        const outcome = onEvent?.(event)
        // Nobody else would see it fail, and Node ends over a rejection that nobody sees.
        if (outcome instanceof Promise) outcome.catch(() => {})
      } catch {
        // A listener that fails must not fail what has happened already.
      }
    },
    advise(advice) {
      if (advised.has(advice)) return
      advised.add(advice)
      print((printer) => printer.advise(advice), advice)
    },
  }
}
