/**
 * Listens in on what the browser and the authorization server say to each other while somebody logs in. Only the playground
 * needs this: it stands between the adapter and the server and changes nothing.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import type { AuthorizationServer, HttpRequest, HttpResponse } from 'grantwright'
import { type Chapter, headersOf } from './journal.js'
import type { Session, Sessions } from './sessions.js'

/** @param afterVisit is told when a form was sent on a page of the server that was opened for itself, without a login of the client. */
export function recorded(
  auth: AuthorizationServer,
  sessions: Sessions,
  afterVisit: (session: Session, chapter: Chapter, page: string) => Promise<void>,
): AuthorizationServer {
  return {
    ...auth,
    handle(request) {
      let body = ''
      const answer = auth.handle({
        method: request.method,
        url: request.url,
        headerValues: (name) => request.headerValues(name),
        async body(limit) {
          const read = await request.body(limit)
          if (read instanceof Uint8Array) body = new TextDecoder().decode(read)
          return read
        },
        address: request.address,
        native: request.native,
      })
      return answer && noted(request, answer, () => body)
    },
  }

  async function noted(request: HttpRequest, answer: Promise<HttpResponse>, body: () => string): Promise<HttpResponse> {
    // What Express works with is Node's own request.
    const { headers } = request.native as IncomingMessage
    const session = sessions.find(headers.cookie)
    const { login, visit } = session?.state ?? {}
    const chapter = session?.journal.chapters.find(({ id }) => id === (visit ?? login?.chapter))
    // Only what belongs to a login or a visit that was begun on the page. The demo client notes its own requests.
    if (!session || !chapter) return answer
    const asked = { method: request.method, url: auth.issuer + request.url, headers: headersOf(headers), body: '' }
    const answered = session.journal.note(chapter, 'browser', 'server', asked)
    const response = await answer
    asked.body = body()
    answered(response)
    const page = /\/(apps|logout)$/.exec(request.url)?.[1]
    // Answered with a redirect (303), so it was done and not asked again.
    if (visit && page && request.method === 'POST' && response.status === 303) await afterVisit(session, chapter, page)
    return response
  }
}
