/**
 * What became of a grant that was advanced by one step.
 *
 * @module
 */
import type { Refusal } from '../grant/refusal.js'
import type { Grant } from '../grant/state.js'

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
