/**
 * What an endpoint is to the route table: where it is, what it does, whom it lets in, and what it adds to the metadata.
 *
 * @module
 */
import type { HttpRequest } from '../edge/message.js'
import type { Answer } from '../pages/views.js'

export interface Endpoint {
  /** For events. */
  readonly name: string
  /** Absolute paths without a slash at the end. Compared exactly, but for one such slash, which is accepted. */
  readonly paths: readonly string[]
  readonly methods: { readonly [method: string]: (request: HttpRequest) => Answer | Promise<Answer> }
  /** Whether a person or a program reads the answers, errors included. */
  readonly answers: 'json' | 'page'
  /** Whether scripts of any origin may call it, without credentials. */
  readonly cors: boolean
  /** Members of the server metadata. */
  readonly metadata?: object | undefined
}
