/** Somebody sends the form of the login page, and the app compares the password by itself: what a login costs beside the hash. */
import { header } from '../load/connection.mjs'
import { demandNoStore } from '../load/json.mjs'
import { answerTo } from '../load/probe.mjs'
import { demand } from '../load/wrong.mjs'

const form = 'content-type: application/x-www-form-urlencoded\r\n'

/** Where a redirect leads, or a page that goes on by itself. */
const nextOf = ({ status, head }) =>
  status === 303 ? header(head, 'location') : header(head, 'refresh')?.replace(/^0; *url=/i, '')

/** @param {string} body @param {Record<string, string>} fields others */
const changed = (body, fields) =>
  new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(body)), ...fields }).toString()

export const passwordLogin = {
  name: 'password-login',
  title: 'Login by password, without the hash',
  materialFor: (units) => units + 1,
  /** @param {{ cookie: string, action: string, body: string }[]} forms each of another browser and user */
  begin({ port, host, origin, paths, sessionCookie }, [spare, ...forms]) {
    const session = new RegExp(`\\r\\nset-cookie: *${sessionCookie}=([\\w.~-]{20,})([^\\r]*)`, 'i')
    const seen = new Set()
    let used = 0
    const request = ({ cookie, action, body }) =>
      `POST ${action} HTTP/1.1\r\nhost: ${host}\r\norigin: ${origin}\r\nsec-fetch-site: same-origin\r\nsec-fetch-mode: navigate\r\naccept: text/html\r\naccept-language: en\r\ncookie: ${cookie}\r\n${form}content-length: ${body.length}\r\n\r\n${body}`
    const demandNoLogin = async (what, sent) => {
      const reply = await answerTo(port, request(sent))
      demand(reply.status < 500 && !session.test(reply.head), `${what} gets no session`, reply)
    }
    const lane = () => {
      let pending
      return {
        next() {
          if (used >= forms.length) return null
          pending = new URLSearchParams(forms[used].body).get('pending')
          return request(forms[used++])
        },
        replied(reply) {
          demand(reply.status === 200 || reply.status === 303, 'the status is 200 or 303', reply)
          demandNoStore(reply)
          const url = `${paths.authorize}?pending=${pending}`
          demand([url, origin + url].includes(nextOf(reply)), 'it goes on with the authorization request', reply)
          const [, cookie, attributes] = session.exec(reply.head) ?? []
          demand(cookie && !seen.has(cookie), 'there is a new session', reply)
          demand(/; *httponly\b/i.test(attributes), 'no script can read its cookie', reply)
          seen.add(cookie)
          return true
        },
      }
    }
    const finish = async () => {
      const page_token = new URLSearchParams(forms[0].body).get('page_token')
      await demandNoLogin('a wrong password', { ...spare, body: changed(spare.body, { password: 'wrong' }) })
      await demandNoLogin('a form with neither its cookie nor its token', {
        ...spare,
        cookie: 'none=',
        body: changed(spare.body, { page_token }),
      })
    }
    return { lane, finish }
  },
}
