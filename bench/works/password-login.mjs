/** Somebody sends the form of the login page, and the app compares the password by itself: what a login costs beside the hash. */
import { header } from '../load/connection.mjs'
import { demand } from '../load/wrong.mjs'

const form = 'content-type: application/x-www-form-urlencoded\r\n'

export const passwordLogin = {
  name: 'password-login',
  title: 'Login by password, without the hash',
  materialFor: (units) => units,
  /** @param {{ cookie: string, action: string, body: string }[]} forms each of another browser and user */
  begin({ host, origin, sessionCookie }, forms) {
    const session = new RegExp(`\\r\\nset-cookie: *${sessionCookie}=([\\w.~-]{20,})`, 'i')
    const seen = new Set()
    let used = 0
    const request = ({ cookie, action, body }) =>
      `POST ${action} HTTP/1.1\r\nhost: ${host}\r\norigin: ${origin}\r\nsec-fetch-site: same-origin\r\nsec-fetch-mode: navigate\r\naccept: text/html\r\naccept-language: en\r\ncookie: ${cookie}\r\n${form}content-length: ${body.length}\r\n\r\n${body}`
    const next = () => (used < forms.length ? request(forms[used++]) : null)
    const replied = (reply) => {
      demand(reply.status === 200 || reply.status === 303, 'the status is 200 or 303', reply)
      const goesOn = header(reply.head, 'location') ?? header(reply.head, 'refresh') ?? ''
      demand(goesOn.includes('/authorize?'), 'it goes on with the authorization request', reply)
      const cookie = session.exec(reply.head)?.[1]
      demand(cookie && !seen.has(cookie), 'there is a new session', reply)
      seen.add(cookie)
      return true
    }
    return { lane: () => ({ next, replied }) }
  },
}
