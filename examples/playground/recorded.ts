/**
 * Listens in on what the browser and the authorization server say to each other while somebody logs in. Only the playground
 * needs this: it stands between the adapter and the server and changes nothing.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import type { AuthorizationServer, HttpRequest, HttpResponse } from 'grantwright'
import { headersOf } from './journal.js'
import type { Sessions } from './sessions.js'

export function recorded(auth: AuthorizationServer, sessions: Sessions): AuthorizationServer {
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
    const login = session?.state.login
    const chapter = session?.journal.chapters.find(({ id }) => id === login?.chapter)
    // Only what belongs to a login that was begun on the page. The demo client notes its own requests.
    if (!session || !chapter) return answer
    const asked = { method: request.method, url: auth.issuer + request.url, headers: headersOf(headers), body: '' }
    const answered = session.journal.note(chapter, 'browser', 'server', asked)
    const response = await answer
    asked.body = body()
    answered(response)
    return response
  }
}
