/**
 * The only loop that joins the pure grant machine to the store: read, step, let the caller sign, swap. A lost swap reads and
 * steps again on whatever won, so nothing is spent twice; a step without a change needs no swap.
 *
 * @module
 */
import { Unavailable } from '../errors.js'
import type { Refusal } from '../grant/refusal.js'
import type { Grant } from '../grant/state.js'
import type { Refused, Step } from '../grant/step.js'
import type { Repository } from '../storage/repositories.js'

/** `moved`: this call's swap changed the stored grant, so this call owes the event. */
export type Outcome<Answer, Prepared> =
  | {
      readonly ok: true
      readonly answer: Answer
      readonly prepared: Prepared
      readonly grant: Grant
      readonly moved: boolean
    }
  | { readonly ok: false; readonly refusal: Refusal; readonly grant: Grant | null; readonly moved: boolean }

const MAX_LOST_SWAPS = 4

/**
 * Advances one grant by one step.
 *
 * @param decide the step. It is called again after a lost swap, on the grant as it is then.
 * @param prepare what must succeed before anything is written: claims, signatures. What it throws leaves the grant as it was.
 * @throws {Unavailable} when the store fails, or after 4 lost swaps.
 */
export async function advance<Answer extends { readonly ok: true }, Prepared>(
  grants: Repository<Grant>,
  id: string,
  decide: (grant: Grant) => Step<Answer>,
  prepare: (answer: Answer) => Prepared | Promise<Prepared>,
): Promise<Outcome<Answer, Prepared>> {
  for (let lost = 0; lost < MAX_LOST_SWAPS; lost++) {
    const found = await grants.get(id)
    if (!found) return { ok: false, refusal: 'forged', grant: null, moved: false }
    const { grant, answer } = decide(found.value)
    const prepared = isRefused(answer) ? null : { value: await prepare(answer) }
    const moved = grant !== found.value
    if (moved && !(await grants.replace(grant, found.version))) continue
    if (isRefused(answer)) return { ok: false, refusal: answer.refusal, grant, moved }
    if (prepared) return { ok: true, answer, prepared: prepared.value, grant, moved }
  }
  throw new Unavailable(`Grant ${id} is written by too many requests at once.`)
}

const isRefused = (answer: { readonly ok: boolean }): answer is Refused => !answer.ok
