/**
 * The only loop that joins the pure grant machine to the store: read, step, let the caller sign, swap. A lost swap reads and
 * steps again on whatever won, so nothing is spent twice; a step without a change needs no swap.
 *
 * @module
 */
import { Unavailable, UncertainOutcome } from '../edge/errors.js'
import type { Grant } from '../grant/state.js'
import type { Refused, Step } from '../grant/step.js'
import type { Outcome } from './outcome.js'
import type { Repository } from './repositories.js'
import type { UnsentAnswers } from './unsent-answers.js'

/** What one request knows of itself. */
export interface Sender {
  /** Null where who presents the same gets the same again anyway. */
  readonly unsent: UnsentAnswers | null
  /** What was presented, as a digest: whoever presents the same may get what was made for it and could not be sent. */
  fingerprint(): string
  /** Whether the client has been told already that it took too long. */
  isOverdue(): boolean
}

const MAX_LOST_SWAPS = 4

/**
 * Advances one grant by one step.
 *
 * @param decide the step. It is called again after a lost swap, on the grant as it is then.
 * @param prepare what must succeed before anything is written: claims, signatures. What it throws leaves the grant as it was.
 * @param sender for an answer that must not be lost when the fate of its swap is not known: it is kept then.
 * @throws {Unavailable} when the store fails, or after 4 lost swaps.
 */
export async function advance<Answer extends { readonly ok: true }, Prepared>(
  grants: Repository<Grant>,
  id: string,
  decide: (grant: Grant) => Step<Answer>,
  prepare: (answer: Answer) => Prepared | Promise<Prepared>,
  sender?: Sender,
): Promise<Outcome<Answer, Prepared>> {
  for (let lost = 0; lost < MAX_LOST_SWAPS; lost++) {
    const found = await grants.get(id)
    if (!found) return { ok: false, refusal: 'forged', grant: null, moved: false }
    // The client comes again: what is not written or given now costs it nothing.
    if (sender?.isOverdue()) throw tooLate(id)
    const unsent = sender?.unsent?.take(found.version, sender.fingerprint)
    // Whoever presents the same takes the same step, so its answers are of the same type.
    if (unsent) return unsent as Outcome<Answer, Prepared>
    const { grant, answer } = decide(found.value)
    const moved = grant !== found.value
    if (isRefused(answer)) {
      if (moved && !(await grants.replace(grant, found.version))) continue
      return { ok: false, refusal: answer.refusal, grant, moved }
    }
    const outcome = { ok: true, answer, prepared: await prepare(answer), grant, moved } as const
    if (!moved) return outcome
    if (sender?.isOverdue()) throw tooLate(id)
    const version = grants.newVersion()
    sender?.unsent?.begin(version, sender.fingerprint, outcome)
    const written = await grants.replace(grant, found.version, version).catch((error: unknown) => {
      sender?.unsent?.keep(version)
      throw error
    })
    if (written && sender?.unsent && sender.isOverdue()) {
      sender.unsent.keep(version)
      throw tooLate(id)
    }
    const isOurs = sender?.unsent?.end(version) ?? true
    if (!written) continue
    if (isOurs) return outcome
    // The same client has come again before the reply of the swap was here, and has got the answer.
    throw new UncertainOutcome(`The answer for grant ${id} was given to a later request.`)
  }
  throw new Unavailable(`Grant ${id} is written by too many requests at once.`)
}

const tooLate = (id: string) => new UncertainOutcome(`Grant ${id} was stepped too late for its request.`)

const isRefused = (answer: { readonly ok: boolean }): answer is Refused => !answer.ok
